namespace MySqlHa.Tests.Acceptance;

/// <summary>What <c>./sandbox status --json</c> says, read by its published names alone: the contract with scripts.</summary>
internal sealed record SandboxStatus(string? Leader, IReadOnlyList<SandboxStatus.Node> Nodes, SandboxStatus.Account? Client)
{
    /// <summary>Nodes count from 1.</summary>
    public int LeaderNumber => Nodes.Index().FirstOrDefault(n => Leader is not null && n.Item.Id == Leader, (-1, null!)).Index + 1;

    /// <summary>One leader, all others healthy followers.</summary>
    public bool Whole =>
        Nodes.Count(n => n is { Role: "leader", Health: "ok" }) == 1
        && Nodes.Count(n => n is { Role: "follower", Health: "ok" }) == Nodes.Count - 1
        && LeaderNumber > 0;

    public override string ToString() =>
        $"leader {LeaderNumber}; " + string.Join(", ", Nodes.Select(n => $"{n.Address} {n.Role} {n.Health} {n.AgentPid}/{n.MysqldPid}"));

    internal sealed record Node(string? Id, string Address, string Role, string Health, int MysqlPort, int AgentPid, int MysqldPid);

    internal sealed record Account(string User, string Password);
}
