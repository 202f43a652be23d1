using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// Counts the changes of leader that the log tells. Told of every entry that changed something, in order; counts only what is news to this
/// node, and remembers of the rest what a later entry is to be understood by.
/// </summary>
internal sealed class ChangeBook
{
    // Which epoch the change under way leads to, or has led to, and what it was meant to be.
    private (long Epoch, ChangeKind Kind) _change;

    public LeaderChanges Counts { get; private set; } = LeaderChanges.None;

    public void Applied(ClusterState before, ClusterCommand command, bool news)
    {
        var current = before.Current;
        switch (command)
        {
            case CloseEpoch or HandOver when current is not null:
                Count(news && current is { Established: false, Number: > 1 }, KindOf(current.Number), ChangeOutcome.Abandoned);
                _change = (current.Number + 1, Meant(before, current));
                break;
            case EstablishEpoch { Epoch: > 1 } established:
                Count(news, KindOf(established.Epoch), ChangeOutcome.Established);
                break;
            case DropSwitchover drop when current is not null:
                Count(news, Meant(before, current), drop.Cancelled ? ChangeOutcome.Cancelled : ChangeOutcome.Dropped);
                break;
            case DropPlan drop:
                Count(news, ChangeKind.Switchover, drop.Cancelled ? ChangeOutcome.Cancelled : ChangeOutcome.Dropped);
                break;
            case NotePhases note when news:
                Count(note.Epoch, note.Phases);
                break;
        }
    }

    /// <summary>What a node that was away is given at once: epochs that it had not heard of are news. A newcomer knows no change.</summary>
    public void Restored(ClusterState before, ClusterState after)
    {
        if (before.Current is not { } known)
        {
            return;
        }

        foreach (var epoch in after.Epochs.Where(e => e.Number >= known.Number && e.Number > 1))
        {
            var heard = epoch.Number == known.Number;
            Count(epoch.Established && !(heard && known.Established), KindOf(epoch), ChangeOutcome.Established);
            if (epoch.Phases is { } phases && !(heard && known.Phases is not null))
            {
                Count(epoch.Number, phases);
            }
        }
    }

    private static ChangeKind Meant(ClusterState before, EpochRecord current) =>
        before.Switchover?.Epoch != current.Number ? ChangeKind.Failover
        : before.Switchover.Target == current.Leader ? ChangeKind.Members
        : ChangeKind.Switchover;

    private ChangeKind KindOf(long epoch) => _change.Epoch == epoch ? _change.Kind : ChangeKind.Failover;

    private ChangeKind KindOf(EpochRecord epoch) => epoch.HandedOver ? ChangeKind.Switchover : KindOf(epoch.Number);

    private void Count(bool news, ChangeKind kind, ChangeOutcome outcome) => Counts = news ? Counts.With(kind, outcome) : Counts;

    private void Count(long epoch, EpochPhases phases)
    {
        var kind = KindOf(epoch);
        ChangeCause? cause = phases.Zero switch
        {
            _ when kind == ChangeKind.Members => null,
            PhaseZero.MysqldEnd => ChangeCause.Crash,
            PhaseZero.Known => ChangeCause.Loss,
            PhaseZero.Asked => kind == ChangeKind.Switchover ? ChangeCause.Switchover : ChangeCause.Forced,
            // What came before the close nobody saw: such times are no others' equals.
            _ => null,
        };
        Counts = cause is { } known ? Counts.With(known, phases) : Counts;
    }
}
