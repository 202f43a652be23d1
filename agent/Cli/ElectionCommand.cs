using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Election;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha election</c>: leases for applications, in the leader's mysqld.</summary>
internal static class ElectionCommand
{
    private const string Leases = "100ms to 1d, like 10s";

    private static readonly Argument<string> Service = new("SERVICE") { Description = "As its candidates call it" };
    private static readonly Argument<string> Candidate = new("CANDIDATE") { Description = "As it calls itself" };
    private static readonly Option<bool> Yes = new("--yes") { Description = "Remove it, with all leases and terms" };

    private static readonly Argument<string?> AnyService = new("SERVICE")
    {
        Description = "Only this one", Arity = ArgumentArity.ZeroOrOne,
    };

    private static readonly Option<string> Lease = new("--lease")
    {
        Description = $"How long it leads before it must have reaffirmed: {Leases}",
        DefaultValueFactory = _ => "30s",
        HelpName = "TIME",
    };

    public static Command Build() => Build(One);

    /// <summary><c>./sandbox election</c>: of the sandbox at <c>--base-ip</c>.</summary>
    public static Command BuildForSandbox() => Build((name, description, file, run, symbols) =>
        Bare(name, description, symbols).Client(NodeAddresses.OfSandbox, Connected(file, run)));

    private static Command Build(Maker one) => new("election", "Elections as a service for applications: leases in SQL (docs/election.md)")
    {
        one("install", "Makes or upgrades the schema mysqlha_election; leases stay", ElectionAccount.Installer, InstallAsync, []),
        one("uninstall", "Removes it; needs --yes", ElectionAccount.Installer, UninstallAsync, [Yes]),
        one("status", "Who leads which service, in which term, for how long", ElectionAccount.Application, StatusAsync,
            [AnyService, ClientOptions.Json]),
        one("force", "Makes a candidate the leader now; the former one may believe so until its lease is over", ElectionAccount.Application,
            ForceAsync, [Service, Candidate, Lease, ClientOptions.Json]),
        one("reelect", "The leader's lease is not made longer: behind its end anybody may win", ElectionAccount.Application, ReelectAsync,
            [Service]),
        one("resign", "Lets go in a leader's name, at once: for one that has stopped", ElectionAccount.Application, ResignAsync,
            [Service, Candidate]),
    };

    private delegate Command Maker(
        string name, string description, string file, Func<ParseResult, ElectionSession, Task<int>> run, Symbol[] symbols);

    private static Command One(
        string name, string description, string file, Func<ParseResult, ElectionSession, Task<int>> run, Symbol[] symbols) =>
        Bare(name, description, symbols).Client(Connected(file, run));

    private static Command Bare(string name, string description, Symbol[] symbols)
    {
        var command = new Command(name, description) { ElectionAccount.User, ElectionAccount.PasswordFile };
        foreach (var symbol in symbols)
        {
            if (symbol is Argument argument)
            {
                command.Arguments.Add(argument);
            }
            else
            {
                command.Options.Add((Option)symbol);
            }
        }

        command.Validators.Add(result =>
        {
            if (result.GetValue(ElectionAccount.User) is null != result.GetValue(ElectionAccount.PasswordFile) is null)
            {
                result.AddError("--user and --password-file go together");
            }

            if (symbols.Contains(Yes) && !result.GetValue(Yes))
            {
                result.AddError("it removes all leases and begins terms anew: --yes says that this is meant");
            }

            if (symbols.Contains(Lease) && result.GetValue(Lease) is { } text && LeaseOf(text) is null)
            {
                result.AddError($"--lease: '{PlainText.OneLine(text)}' is not allowed; allowed: {Leases}");
            }
        });
        return command;
    }

    /// <summary>What runs over a connection to the leader's mysqld.</summary>
    private static Func<ParseResult, ClusterClient, CancellationToken, Task<int>> Connected(
        string file, Func<ParseResult, ElectionSession, Task<int>> run) =>
        async (parse, cluster, cancellation) =>
        {
            var view = await cluster.ViewAsync(cancellation);
            var leader = ViewText.Leader(view) ?? throw new ClientException(ExitCodes.NoLeader, ViewText.Headline(view));
            var account = ElectionAccount.Of(parse, leader, file);
            try
            {
                await using var session = await ElectionSession.OpenAsync(
                    leader.Address.Host, leader.Address.MysqlPort, account.User, account.Password);
                return await run(parse, session);
            }
            catch (ElectionException e)
            {
                throw new ClientException(e.Unknown ? ExitCodes.Unknown : ExitCodes.Error, e.Message);
            }
        };

    private static async Task<int> InstallAsync(ParseResult parse, ElectionSession session)
    {
        var made = await session.InstallAsync();
        return await SayAsync(parse, made
            ? $"elections are installed, version {ElectionSql.Version}, in {ElectionSql.Schema}; candidates need "
                + $"EXECUTE and SELECT there, which the application account has"
            : $"elections are installed already, version {ElectionSql.Version}: nothing was changed");
    }

    private static async Task<int> UninstallAsync(ParseResult parse, ElectionSession session)
    {
        await session.UninstallAsync();
        return await SayAsync(parse, $"the schema {ElectionSql.Schema} is removed");
    }

    private static async Task<int> StatusAsync(ParseResult parse, ElectionSession session)
    {
        var services = await session.StatusAsync(parse.GetValue(AnyService));
        if (parse.GetValue(ClientOptions.Json))
        {
            return await SayAsync(parse, JsonSerializer.Serialize(new ElectionReport(services), ElectionJson.Default.ElectionReport));
        }

        if (services.Count == 0)
        {
            return await SayAsync(parse, parse.GetValue(AnyService) is { } name
                ? $"nobody ever campaigned for {PlainText.OneLine(name)}"
                : "nobody ever campaigned");
        }

        var table = new TextTable("SERVICE", "LEADER", "TERM", "LEFT", "OF", "SINCE", "");
        foreach (var one in services)
        {
            table.Add(
                one.Service, one.Leader ?? "-", one.Term.ToString(CultureInfo.InvariantCulture),
                one.Leader is null ? "-" : Seconds(one.LeftMs),
                Seconds(one.LeaseMs), one.Leader is null ? "-" : one.ElectedUtc?[..19] + "Z", Remark(one));
        }

        table.WriteTo(parse.InvocationConfiguration.Output);
        return ExitCodes.Ok;
    }

    private static async Task<int> ForceAsync(ParseResult parse, ElectionSession session)
    {
        var forced = await session.ForceAsync(
            parse.GetRequiredValue(Service), parse.GetRequiredValue(Candidate), LeaseOf(parse.GetRequiredValue(Lease))!.Value);
        return await SayAsync(parse, parse.GetValue(ClientOptions.Json)
            ? JsonSerializer.Serialize(forced, ElectionJson.Default.ForcedLeader)
            : $"{forced.Leader} leads {forced.Service} in term {forced.Term}"
                + (forced.Former is null ? "" : $"; {forced.Former} may believe that it does for {Seconds(forced.FormerLeftMs)} still"));
    }

    private static async Task<int> ReelectAsync(ParseResult parse, ElectionSession session)
    {
        var name = parse.GetRequiredValue(Service);
        await session.ReelectAsync(name);
        return await SayAsync(parse, await session.StatusAsync(name) is [{ Leader: { } leader } one]
            ? $"{leader} leads {name} for {Seconds(one.LeftMs)} at most; behind that, or once it resigns, anybody may win"
            : $"nobody leads {name}: the next who campaigns wins");
    }

    private static async Task<int> ResignAsync(ParseResult parse, ElectionSession session)
    {
        var (name, candidate) = (parse.GetRequiredValue(Service), parse.GetRequiredValue(Candidate));
        if (await session.StatusAsync(name) is not [{ } one] || one.Leader != candidate)
        {
            throw new ClientException(ExitCodes.Refused, $"refused: {candidate} does not lead {name}; nothing was done [not-leader]");
        }

        await session.ResignAsync(name, candidate, one.Term);
        return await SayAsync(parse, $"{candidate} resigned from {name}; the next who campaigns begins term {one.Term + 1}");
    }

    private static string Remark(ServiceLease one) => (one.Anew, one.Closing && one.Leader is not null) switch
    {
        (true, _) => "begins anew with the next campaign: written under another leader of the cluster",
        (_, true) => "re-election asked for",
        _ => "",
    };

    private static async Task<int> SayAsync(ParseResult parse, string text)
    {
        await parse.InvocationConfiguration.Output.WriteLineAsync(text);
        return ExitCodes.Ok;
    }

    private static string Seconds(long milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000.0:0.000} s");

    private static TimeSpan? LeaseOf(string text) =>
        DurationText.TryParse(text, out var time) && time >= TimeSpan.FromMilliseconds(100) && time <= TimeSpan.FromDays(1) ? time : null;
}
