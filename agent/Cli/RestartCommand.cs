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
            Description = "Member number, name, address, or beginning of an id: a follower, never the leader",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var rolling = new Option<bool>("--rolling")
        {
            Description = "Every mysqld that settings wait for, followers first; then another one leads, and the old leader's is restarted."
                + " Stops at the first thing that is wrong; asked again, it goes on where it stopped",
        };
        var all = new Option<bool>("--all") { Description = "With --rolling: those too that nothing waits for" };
        var dryRun = new Option<bool>("--dry-run") { Description = "With --rolling: only says in which order" };
        var command = new Command("restart", "Restarts the mysqld of a follower, or one after another of all that have to be")
        {
            node, rolling, all, dryRun, ClientOptions.Json,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(node) is null == !result.GetValue(rolling))
            {
                result.AddError("one of a member and --rolling is needed, and not both");
            }

            if (!result.GetValue(rolling) && (result.GetValue(all) || result.GetValue(dryRun)))
            {
                result.AddError("--all and --dry-run go with --rolling only");
            }

            if (result.GetValue(rolling) && result.GetValue(ClientOptions.Json))
            {
                result.AddError("--rolling has no --json: it says what it does line by line");
            }
        });
        return command.Client(async (parse, client, cancellation) =>
        {
            if (parse.GetValue(rolling))
            {
                var output = parse.InvocationConfiguration;
                return await new RollingRestart(client, parse.GetValue(all), output.Output, output.Error)
                    .RunAsync(parse.GetValue(dryRun), cancellation);
            }

            var view = await client.ViewAsync(cancellation);
            var request = new RestartRequest(view.Epoch, MemberLookup.Find(view, parse.GetValue(node)!).Id);
            return await OperatorCall.TellAsync(parse, await client.AskAsync(request, cancellation));
        });
    }
}
