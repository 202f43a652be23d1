using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha restart N</c>, and <c>mysqlha restart --rolling</c>: every mysqld that has to be, one after another.</summary>
internal static class RestartCommand
{
    public static Command Build()
    {
        var node = new Argument<string?>("N")
        {
            Description = "Member number, name, address, or beginning of an id: a follower; the leader only with --interrupt-writes",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var rolling = new Option<bool>("--rolling")
        {
            Description = "Every mysqld that settings wait for, followers first; then another one leads, and the old leader's is restarted."
                + " The cluster does it, also where nobody looks on. Stops at the first thing that is wrong; asked again, it goes on with"
                + " those that are left",
        };
        var all = new Option<bool>("--all")
        {
            Description = "With --rolling: those too that nothing waits for; asked again, it begins with all again",
        };
        var dryRun = new Option<bool>("--dry-run") { Description = "With --rolling: only says in which order" };
        var cancel = new Option<bool>("--cancel") { Description = "With --rolling: ends the one under way, behind the step that it is at" };
        var interrupt = new Option<bool>("--interrupt-writes")
        {
            Description = "N leads and nobody else can: nothing can be written until it leads again. Asks first, unless --yes says so",
        };
        var command = new Command("restart", "Restarts the mysqld of a follower, or one after another of all that have to be")
        {
            node, rolling, all, dryRun, cancel, interrupt, Confirmation.Yes, ClientOptions.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(node) is null == !result.GetValue(rolling))
            {
                result.AddError("one of a member and --rolling is needed, and not both");
            }

            if (!result.GetValue(rolling) && (result.GetValue(all) || result.GetValue(dryRun) || result.GetValue(cancel)))
            {
                result.AddError("--all, --dry-run and --cancel go with --rolling only");
            }

            if (result.GetValue(rolling) && result.GetValue(interrupt))
            {
                result.AddError("--interrupt-writes goes with one member only: a rolling restart interrupts no writes");
            }

            if (result.GetValue(Confirmation.Yes) && !result.GetValue(interrupt))
            {
                result.AddError("--yes goes with --interrupt-writes only");
            }

            if (result.GetValue(cancel) && (result.GetValue(all) || result.GetValue(dryRun)))
            {
                result.AddError("--cancel goes with neither --all nor --dry-run");
            }

            if (result.GetValue(rolling) && !result.GetValue(cancel) && result.GetValue(ClientOptions.Json))
            {
                result.AddError("--rolling has no --json: it says what it does line by line; GET /v1/restart has it as JSON");
            }
        });
        return command.Client(async (parse, client, cancellation) =>
        {
            if (parse.GetValue(cancel))
            {
                return await OperatorCall.TellAsync(parse, await client.AskAsync(new StopRollingRequest(0), cancellation));
            }

            if (parse.GetValue(rolling))
            {
                var output = parse.InvocationConfiguration;
                return await new RollingWatch(client, output.Output, output.Error)
                    .RunAsync(parse.GetValue(all), parse.GetValue(dryRun), cancellation);
            }

            var view = await client.ViewAsync(cancellation);
            var member = MemberLookup.Find(view, parse.GetValue(node)!);
            var request = new RestartRequest(view.Epoch, member.Id, parse.GetValue(interrupt));
            // Of who does not lead it is refused; nobody need confirm that.
            if (request.InterruptWrites && member.Id == view.Leader && !Confirmed(parse, member))
            {
                return ExitCodes.Refused;
            }

            return await OperatorCall.TellAsync(parse, await client.AskAsync(request, cancellation));
        });
    }

    private static bool Confirmed(ParseResult parse, MemberView leader) => Confirmation.IsGiven(
        parse,
        "whether writes may be interrupted",
        [$"This kills mysqld on {leader.Name}, which leads. Its clients lose their connections, and nobody can read or write until it"
            + " leads again. No acknowledged commit is lost."],
        "the leader's name",
        leader.Name);
}
