using Xunit;
using static System.StringComparison;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The checker of blows and soaks finds each thing it is there for: records of a good run, doctored.</summary>
public sealed class RowCheckTests
{
    /// <summary>Node 1 leads, then node 2. Row 4 was refused, 5 left open and lost, 6 left open and there.</summary>
    private static readonly Write[] Writes =
    [
        new(1, 1, 1, 10, 12, Told.Done),
        new(2, 1, 2, 11, 13, Told.Done),
        new(3, 1, 1, 14, 30, Told.Done), // sent before node 2 led, answered late: that is allowed
        new(4, 2, 3, 15, 16, Told.Refused),
        new(5, 1, 2, 14, 24, Told.Nothing),
        new(6, 2, 4, 18, 40, Told.Nothing),
        new(7, 2, 5, 20, 22, Told.Done),
        new(8, 2, 5, 23, 25, Told.Done),
    ];

    private static readonly (long, long)[] Rows = [(1, 2), (2, 1), (3, 3), (5, 6), (6, 7), (7, 8)];
    private static readonly HeldRows[] Nodes = [.. new[] { 1, 2, 3 }.Select(n => new HeldRows(n, Rows, "77"))];

    [Fact]
    public void A_good_run_is_good() => Assert.Empty(RowCheck.Violations(Writes, Nodes));

    [Fact]
    public void A_lost_row_is_found() =>
        Found("node 2 lost acknowledged rows: 1, as 7 (by node 2)", OnNode2([.. Rows.Where(r => r.Item2 != 7)]));

    [Fact]
    public void A_row_that_is_there_twice_is_found() =>
        Found("node 2 has rows more than once: 1, as 3 (2 times)", OnNode2([.. Rows, (9, 3)]));

    [Fact]
    public void A_row_whose_write_was_refused_is_found() =>
        Found("node 2 has rows whose write was refused: 1, as 4", OnNode2([.. Rows, (9, 4)]));

    [Fact]
    public void A_row_that_nobody_wrote_is_found() =>
        Found("node 2 has rows that nobody wrote: 1, as 99", OnNode2([.. Rows, (9, 99)]));

    [Fact]
    public void Two_nodes_that_acknowledge_at_once_are_found()
    {
        // Node 1 is written to, and acknowledges, when node 2 has: in the same session as before.
        Write[] writes = [.. Writes, new(9, 1, 1, 31, 33, Told.Done)];
        Assert.Contains(
            RowCheck.Violations(writes, [.. Nodes.Select(n => n with { Rows = [.. Rows, (8, 9)] })]),
            v => v.StartsWith("nodes 1 and 2 acknowledged at once: session 1 of node 1 was told of row 1 and then 9", Ordinal));
    }

    [Fact]
    public void A_row_of_a_leader_that_was_overtaken_is_found()
    {
        // In a session of its own, but its row stands among those of the time before node 2 led.
        Write[] writes = [.. Writes, new(9, 1, 9, 26, 28, Told.Done)];
        var rows = ((long, long)[])[.. Rows.Take(3), (4, 9), .. Rows.Skip(3)];
        Assert.Contains(
            RowCheck.Violations(writes, [.. Nodes.Select(n => n with { Rows = rows })]),
            v => v.StartsWith("row 9 (by node 1) was sent when row 7 (by node 2) was acknowledged, and stands before it", Ordinal));
    }

    [Fact]
    public void Nodes_that_differ_are_found()
    {
        Found("nodes 1 and 2 differ: 6 rows with checksum 77, 6 with 78", [Nodes[0], Nodes[1] with { Checksum = "78" }, Nodes[2]]);
        Found("nodes 1 and 2 differ", OnNode2([.. Rows.Select(r => (r.Item1 + 1, r.Item2))]));
        Found("nodes 1 and 1 differ", [.. Nodes.Select(n => n with { Checksum = "NULL" })]);
    }

    private static HeldRows[] OnNode2((long, long)[] rows) => [Nodes[0], Nodes[1] with { Rows = rows }, Nodes[2]];

    private static void Found(string sentence, HeldRows[] nodes) =>
        Assert.Contains(RowCheck.Violations(Writes, nodes), v => v.StartsWith(sentence, Ordinal));
}
