using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>The cluster's settings, held against what each server really has.</summary>
internal sealed partial class Checkers
{
    /// <summary>Every server has what the cluster is set to, but what it says to wait for a restart with.</summary>
    private string? WhySettingsAreNotFollowed(ClusterState state)
    {
        if (state.Rolling is { EndedAt: 0 } rolling)
        {
            return $"the rolling restart does not end: {RollingPolicy.Describe(state, rolling)}";
        }

        if (state.Settings.Version == 0)
        {
            return null;
        }

        foreach (var node in world.Nodes.Where(n => n.Core is not null && state.Members.ContainsKey(n.Id)))
        {
            if (node.Core!.State.Settings.Version != state.Settings.Version)
            {
                return $"n{node.Number} knows version {node.Core.State.Settings.Version} of the configuration, not {state.Settings.Version}";
            }

            var told = node.Core.View(node.LocalNow).Configuration!.Member(node.Id)!;
            var (wanted, real) = (state.Settings.Values.RemoveRange(node.OwnSettings), node.Mysqld.Variables);
            var differ = wanted.Keys.Union(real.Keys).Where(k => wanted.GetValueOrDefault(k) != real.GetValueOrDefault(k)).Order(StringComparer.Ordinal).ToList();
            if (differ.FirstOrDefault(k => !k.StartsWith(SimMysqld.AtStart, StringComparison.Ordinal)) is { } live)
            {
                return $"n{node.Number} has {live}={real.GetValueOrDefault(live)}, the cluster {wanted.GetValueOrDefault(live)}";
            }

            if (!told.PendingRestart.SequenceEqual(differ) || told.Version != state.Settings.Version || !told.Problems.IsEmpty)
            {
                return $"n{node.Number} waits for a restart with [{string.Join(' ', differ)}] and says [{string.Join(' ', told.PendingRestart)}]"
                    + $" of version {told.Version}: {string.Join("; ", told.Problems)}";
            }
        }

        return null;
    }
}
