using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>Where the proxies send clients.</summary>
internal sealed partial class Checkers
{
    /// <summary>A proxy sends writers to the leader of the epoch that is open as far as its node knows, or has them wait.</summary>
    private void RoutesToTheOpen(SimNode node, NodeCore core)
    {
        var routes = core.Routes;
        if ((routes.Writer ?? routes.Next) is { } writer
            && !(core.State.Current is { Closed: false } open && open.Leader == writer.Node && open.Number == routes.Epoch))
        {
            Fail("RoutesToTheOpen", $"n{node.Number} sends writers to {writer.Name} in epoch {routes.Epoch}, which is not open");
        }

        if (routes.Successor is { } next
            && !(core.State is { Current: { Closed: false } now, Switchover: { } wanted } && wanted.Epoch == now.Number && wanted.Target == next.Node))
        {
            Fail("RoutesToTheOpen", $"n{node.Number} has clients log in with {next.Name}, which is not about to lead");
        }
    }

    private string? WhyRoutesLeadElsewhere(ClusterState state, SimNode leader, EpochRecord current)
    {
        var followers = state.Members.Keys.Where(m => m != leader.Id && !world.Node(m).Tags.NoLoad).ToList();
        followers = followers.Count == 0 && current.AcksNeeded == 0 ? [leader.Id] : followers;
        foreach (var node in world.Nodes.Where(n => n.Core is not null && state.Members.ContainsKey(n.Id)))
        {
            var routes = node.Core!.Routes;
            if (routes.Writer?.Node != leader.Id || !routes.Readers.Select(r => r.Node).Order().SequenceEqual(followers.Order())
                || !routes.Serving.SequenceEqual(state.Members.Keys.Order()))
            {
                return $"n{node.Number} sends writers to {routes.Writer?.Name ?? "nobody"} and readers to "
                    + $"[{string.Join(", ", routes.Readers.Select(r => r.Name))}], of {routes.Serving.Length} that serve";
            }
        }

        return null;
    }
}
