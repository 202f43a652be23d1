using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>What one group of a ring has to do with another: nothing.</summary>
internal sealed partial class Checkers
{
    private readonly HashSet<object> _ofOneGroup = new(ReferenceEqualityComparer.Instance);

    /// <summary>After each kept step of a node.</summary>
    public void Kept(SimNode node, NodeCore core)
    {
        OwnGroupOnly(node, core);
        if (Violation is null)
        {
            KeptWithin(node, core);
        }
    }

    /// <summary>Null: each node of this group sees the other group as it is. For the end of a run.</summary>
    public string? WhyNeighbourIsNotSeen(World neighbour)
    {
        var leader = neighbour.Nodes.FirstOrDefault(Believes);
        foreach (var node in world.Nodes)
        {
            var view = node.Core!.View(node.LocalNow);
            var seen = view.Groups.FirstOrDefault(g => g.Group.Group == neighbour.Place.Group);
            if (seen is null || leader is null || seen.Leader != leader.Id || seen.Epoch != EpochOf(neighbour, leader)
                || seen.Members.Count(m => m.Liveness == MemberLiveness.Alive) != neighbour.Nodes.Count)
            {
                return $"n{node.Number} of {world.Place.Group} sees {seen?.Leader?.Short ?? "nobody"} lead epoch {seen?.Epoch} of "
                    + $"{neighbour.Place.Group} with {seen?.Members.Length} members, where n{leader?.Number} leads";
            }

            if (view.Members.Any(m => world.Nodes.All(n => n.Id != m.Id)))
            {
                return $"n{node.Number} of {world.Place.Group} shows members of another group as its own";
            }
        }

        return null;
    }

    private static long EpochOf(World world, SimNode node) => world.Checkers.EpochOf(node);

    /// <summary>Neither member nor voter is of another group, from the founding on.</summary>
    private void OwnGroupOnly(SimNode node, NodeCore core)
    {
        if (!_ofOneGroup.Add(core.State.Members) & !_ofOneGroup.Add(core.Voters))
        {
            return;
        }

        var strangers = core.State.Members.Keys.Concat(core.Voters).Where(id => world.Nodes.All(n => n.Id != id)).ToList();
        if (strangers.Count > 0)
        {
            Fail("OwnGroupOnly", $"n{node.Number} of {world.Place.Group} counts {strangers[0].Short}, which is of another group");
        }
    }
}
