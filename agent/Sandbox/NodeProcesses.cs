namespace MySqlHa.Sandbox;

/// <summary>What runs of one node right now, as /proc shows it. Empty lists: nothing.</summary>
/// <param name="Guards">Beside each agent; one lives on when its agent does not.</param>
public sealed record NodeProcesses(
    IReadOnlyList<LiveProcess> Agents, IReadOnlyList<LiveProcess> Mysqlds, IReadOnlyList<LiveProcess> Guards)
{
    /// <summary>0: none.</summary>
    public int AgentPid => Agents.Count > 0 ? Agents[0].Pid : 0;

    /// <summary>0: none.</summary>
    public int MysqldPid => Mysqlds.Count > 0 ? Mysqlds[0].Pid : 0;

    public IEnumerable<LiveProcess> All => Agents.Concat(Guards).Concat(Mysqlds);

    public static NodeProcesses Of(SandboxNode node) => Of([node])[node];

    /// <summary>One look at /proc for all of them.</summary>
    public static IReadOnlyDictionary<SandboxNode, NodeProcesses> Of(IReadOnlyCollection<SandboxNode> nodes)
    {
        var all = LiveProcess.All().Where(p => p.Pid != Environment.ProcessId).ToList();
        return nodes.ToDictionary(
            node => node,
            node => new NodeProcesses(
                [.. all.Where(p => p.IsAgentOf(node))], [.. all.Where(p => p.IsMysqldOf(node))], [.. all.Where(p => p.IsGuardOf(node))]));
    }
}
