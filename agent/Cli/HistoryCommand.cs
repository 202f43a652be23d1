using System.CommandLine;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha history</c>: who led when, why it changed, and what was archived then.</summary>
internal static class HistoryCommand
{
    public static Command Build() => ClientOptions.Reading("history", "The epochs: who led when, why it changed, what was archived", Write);

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
