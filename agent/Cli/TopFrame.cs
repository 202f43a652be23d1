using System.Globalization;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>How a piece of a line looks, where the terminal has colours.</summary>
internal enum TopStyle
{
    Plain,
    Bold,
    Quiet,
    Good,
    Warning,
    Bad,
}

/// <summary>What <c>mysqlha top</c> shows at one moment. Pure: a look at the cluster, the one before, and the room there is.</summary>
internal static class TopFrame
{
    private const int FewestEvents = 3;
    private static readonly string[] Heads =
        ["#", "NAME", "ADDRESS", "ROLE", "HEALTH", "RING", "MYSQLD", "EPOCH", "TRX/S", "BEHIND", "LAG", "ACKS", "REMARKS"];

    /// <param name="before">The look before; null: this is the first, and there are no rates.</param>
    /// <param name="between">The time between the two.</param>
    /// <param name="events">Oldest first.</param>
    /// <param name="width">Columns; what is longer is cut.</param>
    /// <param name="height">Lines; the events get what is left, three at least.</param>
    public static IReadOnlyList<string> Of(
        ClusterView? before, ClusterView view, TimeSpan between, IReadOnlyList<ClusterEvent> events, int width, int height, bool colours)
    {
        List<List<(string Text, TopStyle Style)>> lines = [[(ViewText.Headline(view), Verdict(view))], [(Outlook(view), TopStyle.Quiet)]];
        lines.AddRange(view.Reasons.Select(r => new List<(string, TopStyle)> { ($"  - {r.Text}", TopStyle.Warning) }));
        lines.Add([]);
        lines.AddRange(Members(before, view, between));
        var room = Math.Max(FewestEvents, height - lines.Count - 2);
        lines.Add([]);
        lines.Add([(events.Count == 0 ? "no events yet" : "events", TopStyle.Bold)]);
        lines.AddRange(events.TakeLast(room).Select(e => new List<(string, TopStyle)>
        {
            ($"{e.At.LocalDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}  ", TopStyle.Quiet),
            (e.Text, e.Scope == EventScope.Cluster ? TopStyle.Plain : TopStyle.Quiet),
        }));
        return [.. lines.Select(line => Drawn(line, width, colours))];
    }

    private static TopStyle Verdict(ClusterView view) =>
        ViewText.Leader(view) is null || !view.LeaderWritable ? TopStyle.Bad
        : view.Paused || view.Reasons.Length > 0 ? TopStyle.Warning
        : TopStyle.Good;

    private static string Outlook(ClusterView view) => view.Explanation switch
    {
        null => "",
        { Obstacles: [var first, ..] } explained => $"if the leader were lost now: nobody would follow by itself: {first.Text}"
            + (explained.Obstacles.Length > 1 ? $" (and {explained.Obstacles.Length - 1} more: mysqlha explain)" : ""),
        { Next: { } next } => $"if the leader were lost now: {ViewText.NameOf(view, next)} would lead",
        _ => "",
    };

    private static IEnumerable<List<(string, TopStyle)>> Members(ClusterView? before, ClusterView view, TimeSpan between)
    {
        var rows = view.Members.OrderBy(m => m.Number).Select(m => Row(before?.Member(m.Id), view, m, between)).ToList();
        var widths = Heads.Select((head, column) => rows.Select(r => r[column].Text.Length).Append(head.Length).Max()).ToArray();
        string Cell(string text, int column) => column == Heads.Length - 1 ? text : text.PadRight(widths[column] + 2);
        List<(string, TopStyle)> Line(IEnumerable<(string Text, TopStyle Style)> cells) =>
            [.. cells.Select((cell, column) => (Cell(cell.Text, column), cell.Style))];

        yield return Line(Heads.Select(h => (h, TopStyle.Quiet)));
        foreach (var row in rows)
        {
            yield return Line(row);
        }
    }

    private static (string Text, TopStyle Style)[] Row(MemberView? before, ClusterView view, MemberView m, TimeSpan between)
    {
        var (leads, follows) = (m.Role == MemberRole.Leader, m.Role == MemberRole.Follower);
        var behind = follows ? GtidGap.Of(view, m)?.Behind : null;
        return
        [
            (m.Number.ToString(CultureInfo.InvariantCulture) + (m.Id == view.Self ? "*" : ""), TopStyle.Plain),
            (m.Name, leads ? TopStyle.Bold : TopStyle.Plain),
            (m.Address.Host, TopStyle.Plain),
            (m.Role == MemberRole.None ? "-" : ViewText.Word(m.Role), leads ? TopStyle.Bold : TopStyle.Plain),
            (ViewText.Word(m.Health), m.Health switch
            {
                MemberHealth.Ok => TopStyle.Good,
                MemberHealth.Warning => TopStyle.Warning,
                MemberHealth.Critical => TopStyle.Bad,
                _ => TopStyle.Quiet,
            }),
            (ViewText.Word(m.Liveness), m.Liveness == MemberLiveness.Alive ? TopStyle.Plain : TopStyle.Bad),
            (ViewText.Word(m.Mysqld), m.Mysqld == MysqldState.Running ? TopStyle.Plain : TopStyle.Warning),
            (m.Epoch == 0 ? "-" : m.Epoch.ToString(CultureInfo.InvariantCulture), TopStyle.Plain),
            (Rate(before, m, between), TopStyle.Plain),
            (!follows ? "-" : behind?.ToString(CultureInfo.InvariantCulture) ?? "?", behind > 0 ? TopStyle.Warning : TopStyle.Plain),
            (follows ? ViewText.Lag(m.LagSeconds) : "-", m.LagSeconds > 5 ? TopStyle.Warning : TopStyle.Plain),
            (m.Acker ? "yes" : "-", TopStyle.Plain),
            (StatusCommand.Remarks(m), TopStyle.Warning),
        ];
    }

    /// <summary>Transactions that it committed or applied, by the second; of a server that was made anew nothing can be said.</summary>
    private static string Rate(MemberView? before, MemberView now, TimeSpan between)
    {
        if (before is null || between <= TimeSpan.Zero || before.ServerUuid != now.ServerUuid || now.Mysqld != MysqldState.Running)
        {
            return "-";
        }

        var rate = (now.Executed.Count - before.Executed.Count) / between.TotalSeconds;
        return rate < 0 ? "-" : rate.ToString("0", CultureInfo.InvariantCulture);
    }

    private static string Drawn(List<(string Text, TopStyle Style)> line, int width, bool colours)
    {
        var (drawn, left) = (new StringBuilder(), width);
        foreach (var (text, style) in line)
        {
            // What came from a node cannot move the cursor.
            var shown = PlainText.OneLine(text.Length <= left ? text : text[..left]);
            left -= shown.Length;
            var code = !colours || shown.Length == 0 ? "" : style switch
            {
                TopStyle.Bold => "1",
                TopStyle.Quiet => "2",
                TopStyle.Good => "32",
                TopStyle.Warning => "33",
                TopStyle.Bad => "1;31",
                _ => "",
            };
            _ = code.Length == 0 ? drawn.Append(shown) : drawn.Append("\e[").Append(code).Append('m').Append(shown).Append("\e[0m");
        }

        return colours ? drawn.ToString() : drawn.ToString().TrimEnd();
    }
}
