using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>
/// How a cluster begins: every founding member is given the same snapshot, as if it were the outcome of an election and one
/// commit. Members that begin with different lists are different clusters and must not be joined.
/// </summary>
public static class RaftBootstrap
{
    public const long FirstIndex = 1;
    public const long FirstTerm = 1;

    /// <summary>
    /// What each founding member starts from. Throws <see cref="ArgumentException"/> where nobody would vote or a member is
    /// listed twice.
    /// </summary>
    public static RaftPersistent Found(RaftConfiguration configuration, ReadOnlyMemory<byte> state)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        if (configuration.Voters.IsEmpty)
        {
            throw new ArgumentException("a cluster is founded by at least one voter", nameof(configuration));
        }

        if (configuration.Voters.Overlaps(configuration.Learners))
        {
            throw new ArgumentException("a member is a voter or a learner, not both", nameof(configuration));
        }

        return new RaftPersistent(
            new HardState(FirstTerm, null, FirstIndex), new RaftSnapshot(FirstIndex, FirstTerm, configuration, state), []);
    }
}
