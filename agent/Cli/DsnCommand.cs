using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha dsn</c>: what an application is told to reach the cluster, as its driver wants it written.</summary>
internal static class DsnCommand
{
    private static readonly Option<string?> Driver = new("--driver")
    {
        Description = "Only this one's, and nothing else: for scripts",
        HelpName = "NAME",
    };

    private static readonly Option<bool> ReadOnly = new("--read-only") { Description = "To a follower; default: to the leader" };

    private static readonly Option<string> User = new("--user")
    {
        Description = "The account", DefaultValueFactory = _ => "app", HelpName = "NAME",
    };

    private static readonly Option<string> Schema = new("--database")
    {
        Description = "The schema; default: none", DefaultValueFactory = _ => "", HelpName = "NAME",
    };

    public static Command Build()
    {
        const string Description = "Connection strings for applications, with every member's address and PASSWORD in place of the password";
        _ = Driver.AcceptOnlyFromAmong([.. DriverString.All.Select(d => d.Name)]);
        var command = new Command("dsn", Description) { Driver, ReadOnly, User, Schema };
        command.Validators.Add(result =>
        {
            foreach (var option in new[] { User, Schema })
            {
                if (result.GetValue(option) is { } name && !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '$' or '.'))
                {
                    result.AddError($"{option.Name} '{PlainText.OneLine(name)}': letters, digits, _, -, $ and . are allowed");
                }
            }
        });
        return command.Client(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var view = await client.ViewAsync(cancellation);
        if (view.Proxy is not { } proxy)
        {
            var node = ViewText.NameOf(view, view.Self);
            throw new ClientException(ExitCodes.Error, $"{node} offers clients no address: 'proxy: false', or an older agent");
        }

        IReadOnlyList<string> hosts =
            [.. view.Members.Where(m => m.Voter || m.Standing == MemberStanding.Learner).Select(m => m.Address.Host)];
        if (hosts.Count == 0)
        {
            throw new ClientException(ExitCodes.Error, "there is no cluster yet");
        }

        var port = (parse.GetValue(ReadOnly) ? proxy.ReadOnly : proxy.ReadWrite).Port;
        var wanted = new DriverString.Wanted(hosts, port, parse.GetValue(User)!, parse.GetValue(Schema)!);
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(Driver) is { } only)
        {
            await output.WriteLineAsync(DriverString.All.Single(d => d.Name == only).Of(wanted));
            return ExitCodes.Ok;
        }

        var table = new TextTable("DRIVER", "STRING") { Whole = true };
        foreach (var driver in DriverString.All)
        {
            table.Add(driver.Name, driver.Of(wanted));
        }

        table.WriteTo(output);
        return ExitCodes.Ok;
    }
}
