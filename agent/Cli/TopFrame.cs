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

    /// <summary>What can be missed, the first one first, where there is no room for all columns.</summary>
    private static readonly string[] Spare = ["ADDRESS", "ACKS", "TRX/S", "EPOCH"];

    /// <param name="before">The look before; null: this is the first, and there are no rates.</param>
    /// <param name="between">The time between the two.</param>
    /// <param name="events">Oldest first.</param>
    /// <param name="width">Columns. Sentences go on below, columns are left out for remarks, and of an event what is longer is cut.</param>
    /// <param name="height">Lines; the events get what is left, three at least.</param>
    public static IReadOnlyList<string> Of(
        ClusterView? before, ClusterView view, TimeSpan between, IReadOnlyList<ClusterEvent> events, int width, int height, bool colours)
    {
        List<List<(string Text, TopStyle Style)>> lines =
        [
            .. Said(ViewText.Headline(view), Verdict(view), width), .. Said(Outlook(view), TopStyle.Quiet, width),
            .. view.Reasons.SelectMany(r => Said(r.Text, TopStyle.Warning, width, "  - ")), [], .. Members(before, view, between, width),
        ];
        var room = Math.Max(FewestEvents, height - lines.Count - 2);
        lines.Add([]);
        lines.Add([(events.Count == 0 ? "no events yet" : "events", TopStyle.Bold)]);
        lines.AddRange(events.TakeLast(room).Select(e => new List<(string, TopStyle)>
        {
            ($"{e.At.LocalDateTime.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)}  ", TopStyle.Quiet),
            (Told(view, e), e.Scope == EventScope.Cluster ? TopStyle.Plain : TopStyle.Quiet),
        }));
        return [.. lines.Select(line => Drawn(line, width, colours))];
    }

    /// <summary>With the name of whom it is about, where its words do not have it: "suspected" alone says nothing here.</summary>
    private static string Told(ClusterView view, ClusterEvent e) =>
        e.Node is { } node && !e.Text.Contains(ViewText.NameOf(view, node), StringComparison.Ordinal)
            ? $"{ViewText.NameOf(view, node)}: {e.Text}"
            : e.Text;

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

    /// <summary>A sentence, as many lines as it needs; those behind the first stand below its first word.</summary>
    private static IEnumerable<List<(string, TopStyle)>> Said(string text, TopStyle style, int width, string mark = "") =>
        PlainText.Wrapped(PlainText.OneLine(text), width - mark.Length)
            .Select((line, at) => new List<(string, TopStyle)> { ((at == 0 ? mark : new string(' ', mark.Length)) + line, style) });

    private static IEnumerable<List<(string, TopStyle)>> Members(ClusterView? before, ClusterView view, TimeSpan between, int width)
    {
        var rows = view.Members.OrderBy(m => m.Number).Select(m => Row(before?.Member(m.Id), view, m, between)).ToList();
        var widths = Heads.Select((head, column) => rows.Select(r => r[column].Text.Length).Append(head.Length).Max() + 2).ToArray();
        var last = Heads.Length - 1;
        var shown = Enumerable.Range(0, last).ToList();
        foreach (var head in Spare)
        {
            if (shown.Sum(column => widths[column]) - 2 > width)
            {
                _ = shown.Remove(Array.IndexOf(Heads, head));
            }
        }

        // Where the longest remark does not fit behind its row, all have lines of their own.
        var beside = shown.Sum(column => widths[column]) + widths[last] - 2 <= width;
        List<(string, TopStyle)> Line(IReadOnlyList<(string Text, TopStyle Style)> cells) =>
        [
            .. shown.Select(column => (cells[column].Text.PadRight(widths[column]), cells[column].Style)),
            .. beside ? [cells[last]] : Array.Empty<(string, TopStyle)>(),
        ];

        yield return Line([.. Heads.Select(h => (h, TopStyle.Quiet))]);
        foreach (var row in rows)
        {
            yield return Line(row);
            if (!beside && row[last].Text.Length > 0)
            {
                foreach (var line in Said(row[last].Text, row[last].Style, width, "    "))
                {
                    yield return line;
                }
            }
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
            (ViewText.Acks(m), TopStyle.Plain),
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
