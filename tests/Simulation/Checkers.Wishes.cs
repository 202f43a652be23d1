using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>R13: what operators want, where it is safe.</summary>
internal sealed partial class Checkers
{
    // By node: the state that it knew last, and how much of the log that was.
    private readonly Dictionary<SimNode, (long Index, ClusterState State)> _pausedBy = [];

    /// <summary>
    /// R13: in a pause the cluster gives no leader up by itself. What an operator asked for is brought to its end; and a leader that had let
    /// go for a switchover that was dropped cannot take that back. Looked at where a node applied one entry in a step, and no more.
    /// </summary>
    private void NothingWhilePaused(SimNode node, NodeCore core)
    {
        var (index, before) = _pausedBy.GetValueOrDefault(node);
        _pausedBy[node] = (core.AppliedIndex, core.State);
        if (core.AppliedIndex == index + 1
            && before is { Paused: true, Switchover: null, SwitchoverDropped.Length: 0, Current: { Closed: false, Established: true } open }
            && core.State.Epochs.FirstOrDefault(e => e.Number == open.Number) is { Closed: true } closed
            && !closed.CloseReason.StartsWith("an operator", StringComparison.Ordinal))
        {
            Fail("NothingWhilePaused", $"epoch {open.Number} was ended in a pause: {closed.CloseReason}");
        }
    }

    private string? WhyWishesAreNotKept(ClusterState state, EpochRecord open)
    {
        NodeTags TagsOf(NodeId node) => world.Node(node).Tags;
        return !state.Maintenance.IsEmpty ? "a maintenance is not over"
            : state.Paused ? "the cluster is still paused"
            : state.Members.Values.FirstOrDefault(m => m.Tags != TagsOf(m.Id)) is { } other ? $"the tags of {other.Name} are not known"
            : TagsOf(open.Leader).NoFailover && open.Ackers.Any(a => !TagsOf(a).NoFailover)
                ? $"n{world.Node(open.Leader).Number} is tagged nofailover and leads"
            : open.Ackers.Any(a => TagsOf(a).NoSync) && open.Ackers.Any(a => !TagsOf(a).NoSync)
                ? "who is tagged nosync acknowledges"
            : null;
    }
}
