using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>Where the nodes of a simulated group are. The ids of the groups of one ring lie between each other.</summary>
/// <param name="Number">Of the group in its ring, from 0.</param>
/// <param name="Groups">How many there are.</param>
internal sealed record GroupPlace(string Group, int Number, int Groups)
{
    public static readonly GroupPlace Alone = new("production", 0, 1);

    /// <summary>Known to each node from the start, in place of its own group's; empty: its own group's are.</summary>
    public IReadOnlyList<string> OnlySeeds { get; init; } = [];

    public NodeId IdOf(int node) => NodeId.Parse($"{(node * Groups) + Number + 1:x32}");

    public string HostOf(int node) => $"10.0.{Number}.{node + 1}";

    public IEnumerable<string> Seeds(int nodes) => OnlySeeds.Count > 0 ? OnlySeeds : Enumerable.Range(0, nodes).Select(HostOf);
}
