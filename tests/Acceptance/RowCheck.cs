namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// Holds what clients were told against what the nodes hold in the end. Knows nothing of agents, epochs or replication: only writes,
/// their times on the clients' one clock, and rows.
/// </summary>
internal static class RowCheck
{
    /// <summary>What is wrong, a sentence each; empty: nothing.</summary>
    public static IReadOnlyList<string> Violations(IReadOnlyCollection<Write> writes, IReadOnlyList<HeldRows> nodes) =>
    [
        .. nodes.SelectMany(node => Rows(writes, node)),
        .. Twins(writes),
        .. nodes.Take(1).SelectMany(node => Order(writes, node)),
        .. Equal(nodes),
    ];

    /// <summary>Every acknowledged row is there exactly once, and none that was refused.</summary>
    private static IEnumerable<string> Rows(IReadOnlyCollection<Write> writes, HeldRows node)
    {
        var times = node.Rows.CountBy(r => r.Id).ToDictionary();
        List<string> Of(Told told, bool there) =>
            [.. writes.Where(w => w.Told == told && times.ContainsKey(w.Id) == there).Select(w => $"{w.Id} (by node {w.Node})")];
        var lost = Of(Told.Done, there: false);
        var refused = Of(Told.Refused, there: true);
        var doubled = times.Where(t => t.Value > 1).Select(t => $"{t.Key} ({t.Value} times)").ToList();
        var foreign = times.Keys.Except(writes.Select(w => w.Id)).Select(id => $"{id}").ToList();
        return Some($"node {node.Node} lost acknowledged rows", lost)
            .Concat(Some($"node {node.Node} has rows whose write was refused", refused))
            .Concat(Some($"node {node.Node} has rows more than once", doubled))
            .Concat(Some($"node {node.Node} has rows that nobody wrote", foreign));
    }

    /// <summary>
    /// Never do two nodes acknowledge at once. A node that another one took over from ends its clients' sessions, so a session that
    /// is acknowledged to before and after another node acknowledged a write was with a leader all the time, and there were two.
    /// </summary>
    private static IEnumerable<string> Twins(IReadOnlyCollection<Write> writes)
    {
        var done = writes.Where(w => w.Told == Told.Done).OrderBy(w => w.Sent).ToList();
        foreach (var session in done.GroupBy(w => w.Session))
        {
            // As far apart as can be: an answer that came late, in between, hides nothing.
            var (before, after) = (session.MinBy(w => w.Ended)!, session.Last());
            if (Between(done, before, after) is { } other)
            {
                return [$"nodes {before.Node} and {other.Node} acknowledged at once: session {session.Key} of node {before.Node} was told"
                    + $" of row {before.Id} and then {after.Id}, and another one in between of row {other.Id} by node {other.Node}"];
            }
        }

        return [];
    }

    /// <summary>One of another node, sent after the answer to the first and acknowledged before the second was sent.</summary>
    private static Write? Between(List<Write> done, Write before, Write after)
    {
        var first = done.BinarySearch(before with { Sent = before.Ended }, Comparer<Write>.Create((a, b) => a.Sent.CompareTo(b.Sent)));
        for (var i = first < 0 ? ~first : first; i < done.Count && done[i].Sent < after.Sent; i++)
        {
            if (done[i].Node != before.Node && done[i].Sent > before.Ended && done[i].Ended < after.Sent)
            {
                return done[i];
            }
        }

        return null;
    }

    /// <summary>
    /// A row that was acknowledged before another was sent stands before it, whoever took them: a node that has been overtaken, and
    /// acknowledges what it is sent all the same, would add it to a history that was closed.
    /// </summary>
    private static IEnumerable<string> Order(IReadOnlyCollection<Write> writes, HeldRows node)
    {
        var done = writes.Where(w => w.Told == Told.Done).ToDictionary(w => w.Id);
        Write? earliest = null; // of all that stand behind
        foreach (var (_, id) in node.Rows.OrderByDescending(r => r.Count))
        {
            if (!done.TryGetValue(id, out var write))
            {
                continue;
            }

            if (earliest is not null && earliest.Ended < write.Sent)
            {
                return [$"row {write.Id} (by node {write.Node}) was sent when row {earliest.Id} (by node {earliest.Node}) was acknowledged,"
                    + " and stands before it"];
            }

            earliest = earliest is null || write.Ended < earliest.Ended ? write : earliest;
        }

        return [];
    }

    private static IEnumerable<string> Equal(IReadOnlyList<HeldRows> nodes) =>
        from node in nodes
        where !node.Rows.SequenceEqual(nodes[0].Rows) || node.Checksum != nodes[0].Checksum || node.Checksum is "" or "NULL"
        select $"nodes {nodes[0].Node} and {node.Node} differ: {nodes[0].Rows.Count} rows with checksum {nodes[0].Checksum},"
            + $" {node.Rows.Count} with {node.Checksum}";

    private static IEnumerable<string> Some(string what, List<string> which) =>
        which.Count == 0 ? [] : [$"{what}: {which.Count}, as {string.Join(", ", which.Take(10))}"];
}
