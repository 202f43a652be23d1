using MySqlHa.Cli;
using MySqlHa.Configuration;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

/// <summary>
/// One run of the program with what it printed. Commands share option objects, so the tests of this room run one after another.
/// </summary>
internal sealed record CommandLineRun(int Code, string Output, string Error, AgentOptions? Started)
{
    public const string Collection = "command line";

    /// <summary>Runs against the nodes, in this order.</summary>
    public static Task<CommandLineRun> AgainstAsync(RunningApi api, params string[] args) =>
        OfAsync([.. args, "--address", api.Address.Authority, "--token-file", RunningApi.TokenFile]);

    public static async Task<CommandLineRun> OfAsync(params string[] args)
    {
        AgentOptions? started = null;
        var root = MysqlhaCommand.Build((options, _) =>
        {
            started = options;
            return Task.FromResult(17);
        }, (_, _) => 18);
        var (output, error) = (new StringWriter(), new StringWriter());
        var code = await MysqlhaCommand.RunAsync(root, args, output, error);
        return new CommandLineRun(code, output.ToString(), error.ToString(), started);
    }

    public void Expect(int code) => Assert.True(code == Code, $"exit code {Code} instead of {code}\n{Output}\n{Error}");
}
