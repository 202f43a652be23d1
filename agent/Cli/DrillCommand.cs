using System.CommandLine;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Replication;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha drill</c>: a failover rehearsed on purpose, with the outage that clients see. Like any operator it is refused, with all
/// reasons, where a failover could not happen now.
/// </summary>
internal static class DrillCommand
{
    private const string Mysqld = "mysqld";
    private const string Switchover = "switchover";

    private const string Description =
        "Loses the leader on purpose while clients write; says for how long they could not, phase by phase, and whether anything was lost";

    private static readonly Option<string> Kind = new("--kind")
    {
        Description = "mysqld: the leader's mysqld is killed, as a crash would; switchover: it hands over",
        DefaultValueFactory = _ => Mysqld,
    };

    private static readonly Option<string?> User = new("--user")
    {
        Description = $"Account to write as; it needs CREATE, DROP, INSERT and SELECT on {DrillClients.Schema}.*, a schema that the drill "
            + "makes and removes. Default: the application account of a sandbox",
        HelpName = "NAME",
    };

    private static readonly Option<string?> PasswordFile = new("--password-file")
    {
        Description = "File whose first line is the account's password",
        HelpName = "FILE",
    };

    static DrillCommand() => _ = Kind.AcceptOnlyFromAmong(Mysqld, Switchover);

    public static Command Build() => Bare().Client(RunAsync);

    /// <summary><c>./sandbox drill</c>: of the sandbox at <c>--base-ip</c>.</summary>
    public static Command BuildForSandbox() => Bare().Client(NodeAddresses.OfSandbox, RunAsync);

    private static Command Bare()
    {
        var command = new Command("drill", Description) { Kind, User, PasswordFile, Confirmation.Yes, ClientOptions.Json };
        command.Validators.Add(result =>
        {
            if (result.GetValue(User) is null != result.GetValue(PasswordFile) is null)
            {
                result.AddError("--user and --password-file go together");
            }
        });
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient cluster, CancellationToken cancellation)
    {
        var kind = parse.GetRequiredValue(Kind);
        var view = await cluster.ViewAsync(cancellation);
        var leader = ViewText.Leader(view) ?? throw new ClientException(ExitCodes.NoLeader, ViewText.Headline(view));
        var account = AccountOf(parse, leader);
        var check = await cluster.AskAsync(
            kind == Mysqld ? new DrillRequest(view.Epoch, DryRun: true) : new SwitchoverCheckRequest(view.Epoch, null), cancellation);
        if (check.Outcome != OperatorOutcome.Done)
        {
            return await OperatorCall.TellAsync(parse, check);
        }

        if (!Confirmed(parse, kind, leader, check.Reason.Text))
        {
            return ExitCodes.Refused;
        }

        // A driver may block a thread for each server that hangs.
        _ = ThreadPool.SetMinThreads(32, 32);
        var ends = view.Members.Where(m => m.Standing is MemberStanding.Voter or MemberStanding.Learner).Select(DrillRun.EndOf).ToList();
        await using var clients = new DrillClients(ends, account.User, account.Password);
        try
        {
            await clients.PrepareAsync(DrillRun.EndOf(leader));
            OperatorRequest blow = kind == Mysqld ? new DrillRequest(view.Epoch, DryRun: false) : new SwitchoverRequest(view.Epoch, null);
            var (report, answer) = await new DrillRun(cluster, view, leader, clients).RunAsync(kind, blow, cancellation);
            return report is null ? await OperatorCall.TellAsync(parse, answer) : await TellAsync(parse, report);
        }
        catch (DrillClientsException e)
        {
            throw new ClientException(ExitCodes.Error, e.Message);
        }
        finally
        {
            await clients.StopAsync();
            if (!await clients.RemoveAsync())
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync(
                    $"mysqlha: the schema {DrillClients.Schema} could not be removed; remove it by hand");
            }
        }
    }

    private static async Task<int> TellAsync(ParseResult parse, DrillReport report)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(report, DrillJson.Default.DrillReport));
        }
        else
        {
            foreach (var line in report.Lines())
            {
                await output.WriteLineAsync(line);
            }
        }

        return report.Good ? ExitCodes.Ok : ExitCodes.Error;
    }

    private static bool Confirmed(ParseResult parse, string kind, MemberView leader, string what) => Confirmation.IsGiven(
        parse,
        "whether a drill may begin",
        [
            kind == Mysqld
                ? $"This kills mysqld on {DrillRun.Name(leader)}, which leads. Its clients lose their connections, and nobody can commit"
                    + " until another node leads."
                : $"This makes {DrillRun.Name(leader)} hand over to another node. Its clients lose their connections once.",
            what.Replace(". Nothing was changed", ".", StringComparison.Ordinal),
        ],
        "the leader's name",
        leader.Name);

    private static ClientAccount AccountOf(ParseResult parse, MemberView leader)
    {
        if (parse.GetValue(User) is { } user && parse.GetValue(PasswordFile) is { } file)
        {
            try
            {
                return new ClientAccount(user, File.ReadLines(file).FirstOrDefault() ?? "");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new ClientException(ExitCodes.Usage, $"--password-file: '{file}' cannot be read: {FileTrouble.Of(e)}");
            }
        }

        return SandboxPlace.AccountAt(leader.Address.Host, SandboxPlace.DefaultHome())
            ?? throw new ClientException(
                ExitCodes.Usage, "whom the drill shall write as is not known: give --user NAME and --password-file FILE");
    }
}
