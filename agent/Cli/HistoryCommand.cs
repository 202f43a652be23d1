using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha history</c>: who led when, why it changed, what was archived then; and what operators asked for.</summary>
internal static class HistoryCommand
{
    /// <summary>Requests of operators that are shown below the epochs; <c>--audit</c> shows all.</summary>
    private const int LastRequests = 10;

    private static readonly Option<bool> Audit = new("--audit")
    {
        Description = "Only what operators asked for: who, when, from where, and what came of it; the last 200",
    };

    public static Command Build() =>
        new Command("history", "The epochs: who led when, why it changed, what was archived; and what operators asked for last")
        {
            Audit, ClientOptions.Json,
        }.Client(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        var only = parse.GetValue(Audit);
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(await client.ReadAsync(only ? "v1/audit" : "history", cancellation));
            return ExitCodes.Ok;
        }

        if (only)
        {
            Write(await AskedAsync(client, cancellation), output);
            return ExitCodes.Ok;
        }

        Write(await client.ViewAsync(cancellation), output);
        try
        {
            if (await AskedAsync(client, cancellation) is { Count: > 0 } asked)
            {
                await output.WriteLineAsync();
                Write([.. asked.Skip(asked.Count - LastRequests)], output);
            }
        }
        catch (ClientException)
        {
            // An older agent keeps no audit.
        }

        return ExitCodes.Ok;
    }

    private static async Task<IReadOnlyList<AuditView>> AskedAsync(ClusterClient client, CancellationToken cancellation)
    {
        try
        {
            return ViewReader.Audit(Encoding.UTF8.GetBytes(await client.ReadAsync("v1/audit", cancellation)));
        }
        catch (JsonException e)
        {
            throw new ClientException(ExitCodes.Error, $"no node tells what operators asked for: {e.Message}");
        }
    }

    private static void Write(IReadOnlyList<AuditView> asked, TextWriter output)
    {
        var table = new TextTable("#", "ASKED", "WHO", "ROLE", "FROM", "VIA", "REQUEST", "OUTCOME") { Spare = ["ROLE"] };
        foreach (var a in asked)
        {
            table.Add(
                a.Number.ToString(CultureInfo.InvariantCulture),
                ViewText.Time(a.At),
                a.Who,
                a.Role,
                a.From,
                a.Via,
                a.Request,
                a.Outcome is { } outcome ? $"{ViewText.Word(outcome)}: {a.Reason?.Text}" : "not known");
        }

        table.WriteTo(output);
    }

    private static void Write(ClusterView view, TextWriter output)
    {
        var table = new TextTable("EPOCH", "LEADER", "ADDRESS", "OPENED", "CLOSED", "WHY");
        foreach (var e in view.History)
        {
            table.Add(
                e.Number.ToString(CultureInfo.InvariantCulture),
                ViewText.NameOf(view, e.Leader),
                e.LeaderAddress,
                ViewText.Time(e.OpenedAt),
                e.ClosedAt is { } closed ? ViewText.Time(closed) : e.Open ? "open" : "-",
                e.CloseReason.Length > 0 ? $"{e.OpenReason}; ended: {e.CloseReason}" : e.OpenReason);
            if (e.Phases is { } phases)
            {
                table.Add("", "", "", "", "", $"phases: {phases}");
            }

            foreach (var plan in e.PlansDropped)
            {
                var end = plan.Cancelled ? "cancelled" : $"dropped: {plan.Reason}";
                table.Add("", "", "", ViewText.Time(plan.DroppedAt), "", $"{plan.What} was {end}");
            }

            foreach (var tail in e.Archived)
            {
                var count = tail.Transactions.Count;
                var what = $"archived: {count} transaction{(count == 1 ? "" : "s")} of {ViewText.NameOf(view, tail.Node)} in {tail.Path}";
                table.Add("", "", "", ViewText.Time(tail.At), "", what);
            }
        }

        table.WriteTo(output);
    }
}
