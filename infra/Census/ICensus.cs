namespace MySqlHa.Infra.Census;

/// <summary>Tells who leads.</summary>
public interface ICensus
{
    /// <summary>
    /// The leader, once there is one that takes writes. Throws <see cref="NoLeaderException"/> with what each node said last where there
    /// is none in time.
    /// </summary>
    /// <param name="nodes">Name and address of every node.</param>
    Task<CensusNode> LeaderAsync(IReadOnlyList<CensusNode> nodes, TimeSpan patience);

    /// <summary>
    /// A node whose agent answers now: the leader where there is one, else who knows of the newest epoch. Null: none does.
    /// </summary>
    Task<CensusNode?> MemberAsync(IReadOnlyList<CensusNode> nodes);
}

/// <summary>A node as the stack knows it.</summary>
/// <param name="Address">Where its census answers.</param>
public sealed record CensusNode(string Name, string Address, string PrivateIp);
