using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>What a node counts of changes of leader: each once, as what it was, and only what is news.</summary>
public sealed class ChangeBookTests
{
    private static readonly EpochPhases Crash = new() { Zero = PhaseZero.MysqldEnd, Detect = 4, Close = 12, Writable = 130, Clients = 140 };

    [Fact]
    public void A_lost_leader_is_a_failover_and_its_phases_are_counted_by_their_cause()
    {
        var book = new Log(First).Does(new CloseEpoch(1, "died", 2), new OpenEpoch(Epoch(2, B)), new EstablishEpoch(2, null)).Book;
        Assert.Equal([(ChangeKind.Failover, ChangeOutcome.Established)], book.Counts.Outcomes.Keys);
        Assert.Empty(book.Counts.Whole);

        var counts = new Log(First).Does(
            new CloseEpoch(1, "died", 2), new OpenEpoch(Epoch(2, B)), new EstablishEpoch(2, null), new NotePhases(2, Crash)).Book.Counts;
        var whole = Assert.Single(counts.Whole);
        Assert.Equal((ChangeCause.Crash, 140), (whole.Key, whole.Value.SumMilliseconds));
        Assert.Equal(130, counts.Phases[(ChangeCause.Crash, "writable")].SumMilliseconds);
        Assert.DoesNotContain((ChangeCause.Crash, "open"), counts.Phases.Keys);
    }

    [Theory]
    [InlineData(PhaseZero.Known, ChangeCause.Loss)]
    [InlineData(PhaseZero.Asked, ChangeCause.Forced)]
    [InlineData(PhaseZero.Close, null)]
    public void A_failover_counts_from_what_the_controller_saw(PhaseZero zero, ChangeCause? cause)
    {
        var counts = new Log(First).Does(
            new CloseEpoch(1, "lost", 2), new OpenEpoch(Epoch(2, B)), new EstablishEpoch(2, null),
            new NotePhases(2, Crash with { Zero = zero })).Book.Counts;
        Assert.Equal(cause is { } one ? [one] : [], counts.Whole.Keys);
    }

    [Fact]
    public void A_switchover_is_one_whether_handed_over_or_not_and_a_change_of_ackers_is_none()
    {
        var asked = Crash with { Zero = PhaseZero.Asked };
        var plain = new Log(First).Does(
            new StartSwitchover(1, B, "asked for"), new CloseEpoch(1, "asked for", 2), new OpenEpoch(Epoch(2, B)),
            new EstablishEpoch(2, null), new NotePhases(2, asked)).Book.Counts;
        Assert.Equal([(ChangeKind.Switchover, ChangeOutcome.Established)], plain.Outcomes.Keys);
        Assert.Equal([ChangeCause.Switchover], plain.Whole.Keys);

        var handed = new Log(First).Does(
            new StartSwitchover(1, B, "asked for") { Behind = [C] },
            new HandOver(1, "asked for", 2, Epoch(2, B) with { HandedOver = true }),
            new EstablishEpoch(2, null)).Book.Counts;
        Assert.Equal([(ChangeKind.Switchover, ChangeOutcome.Established)], handed.Outcomes.Keys);

        var members = new Log(First).Does(
            new StartSwitchover(1, A, "other ackers"), new CloseEpoch(1, "other ackers", 2), new OpenEpoch(Epoch(2, A)),
            new EstablishEpoch(2, null), new NotePhases(2, asked)).Book.Counts;
        Assert.Equal([(ChangeKind.Members, ChangeOutcome.Established)], members.Outcomes.Keys);
        Assert.Empty(members.Whole);
    }

    [Fact]
    public void What_comes_to_nothing_is_counted_as_that()
    {
        var lost = new Log(First).Does(
            new CloseEpoch(1, "died", 2), new OpenEpoch(Epoch(2, B)), new CloseEpoch(2, "died too", 3), new OpenEpoch(Epoch(3, C)),
            new EstablishEpoch(3, null)).Book.Counts;
        Assert.Equal(1, lost.Outcomes[(ChangeKind.Failover, ChangeOutcome.Abandoned)]);
        Assert.Equal(1, lost.Outcomes[(ChangeKind.Failover, ChangeOutcome.Established)]);

        var dropped = new Log(First).Does(new StartSwitchover(1, B, "x"), new DropSwitchover(1, "B is gone")).Book.Counts;
        Assert.Equal([(ChangeKind.Switchover, ChangeOutcome.Dropped)], dropped.Outcomes.Keys);
        var cancelled = new Log(First).Does(new StartSwitchover(1, B, "x"), new DropSwitchover(1, "no") { Cancelled = true }).Book.Counts;
        Assert.Equal([(ChangeKind.Switchover, ChangeOutcome.Cancelled)], cancelled.Outcomes.Keys);
    }

    [Fact]
    public void What_an_earlier_life_told_is_not_counted_again_but_explains_what_comes()
    {
        var log = new Log(First) { News = false };
        _ = log.Does(new StartSwitchover(1, B, "x"), new CloseEpoch(1, "x", 2), new OpenEpoch(Epoch(2, B)));
        Assert.Empty(log.Book.Counts.Outcomes);

        log.News = true;
        Assert.Equal([(ChangeKind.Switchover, ChangeOutcome.Established)], log.Does(new EstablishEpoch(2, null)).Book.Counts.Outcomes.Keys);
    }

    [Fact]
    public void Epochs_that_a_snapshot_brings_to_a_node_that_was_away_are_counted_once_and_a_newcomer_counts_none()
    {
        var before = First;
        var after = First.Apply(new CloseEpoch(1, "died", 2)).Apply(new OpenEpoch(Epoch(2, B))).Apply(new EstablishEpoch(2, null))
            .Apply(new NotePhases(2, Crash));
        var book = new ChangeBook();
        book.Restored(before, after);
        book.Restored(after, after);
        Assert.Equal(1, book.Counts.Outcomes[(ChangeKind.Failover, ChangeOutcome.Established)]);
        Assert.Equal(1, book.Counts.Whole[ChangeCause.Crash].Count);

        var newcomer = new ChangeBook();
        newcomer.Restored(ClusterState.Empty, after);
        Assert.Empty(newcomer.Counts.Outcomes);
    }

    [Fact]
    public void A_time_is_in_the_lowest_bucket_that_holds_it_and_bounds_never_change()
    {
        Assert.Equal([5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000], TimeHistogram.Bounds.ToArray());
        var times = TimeHistogram.Empty.With(-3).With(5).With(6).With(60_000).With(60_001);
        Assert.Equal([2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1], times.Counts.ToArray());
        Assert.Equal((5, 120_012), (times.Count, times.SumMilliseconds));
    }

    private static ClusterState First => Founded.Apply(new OpenEpoch(Epoch(1, A))).Apply(new EstablishEpoch(1, null));

    /// <summary>A log that a book is told of as a node tells it: what changes nothing is not told.</summary>
    private sealed class Log(ClusterState state)
    {
        private ClusterState _state = state;

        public ChangeBook Book { get; } = new();

        public bool News { get; set; } = true;

        public Log Does(params ClusterCommand[] commands)
        {
            foreach (var command in commands)
            {
                var before = _state;
                _state = before.Apply(command);
                Assert.NotSame(before, _state);
                Book.Applied(before, command, News);
            }

            return this;
        }
    }
}
