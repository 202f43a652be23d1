using System.CommandLine;
using System.Security.Cryptography;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha token new</c>: a token for who asks a cluster over HTTP, and the line by which the nodes know it.</summary>
internal static class TokenCommand
{
    public static Command Build() => new("token", "Tokens for the API") { New() };

    private static Command New()
    {
        var name = new Option<string>("--name") { Description = $"Whose it is, as the audit shows it: {TokenText.Names}", Required = true };
        var role = new Option<string>("--role")
        {
            Description = "admin: may change the cluster; read: may look where looking asks for a token",
            DefaultValueFactory = _ => Caller.Reader,
        };
        _ = role.AcceptOnlyFromAmong(Caller.Admin, Caller.Reader);
        name.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string>() is { } given && !TokenText.IsName(given))
            {
                result.AddError($"--name '{PlainText.OneLine(given)}': {TokenText.Names}");
            }
        });
        const string Description =
            "Makes a token: prints it, once, on standard output, and the line for the file of tokens (api.tokens) on standard error";
        var command = new Command("new", Description) { name, role };
        command.SetAction(parse =>
        {
            var configuration = parse.InvocationConfiguration;
            var token = TokenText.Of(RandomNumberGenerator.GetBytes(32));
            configuration.Output.WriteLine(token);
            configuration.Error.WriteLine("the line for the file that api.tokens names, on every node; the token itself is kept nowhere:");
            configuration.Error.WriteLine(TokenText.Line(parse.GetRequiredValue(name), parse.GetRequiredValue(role), token));
            return ExitCodes.Ok;
        });
        return command;
    }
}
