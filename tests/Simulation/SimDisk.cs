using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>What an agent keeps. A step's output is kept as a whole or, where the agent dies first, not at all; then nothing of it was sent.</summary>
internal sealed class SimDisk
{
    private KeptState _raft = new(RaftPersistent.Initial);

    public RaftPersistent Raft => _raft.ToPersistent();
    public LocalRecord Local { get; private set; } = LocalRecord.Initial;

    /// <summary>The lease file: survives the agent, not the host.</summary>
    public Instant LeaseUntil { get; set; } = Instant.Zero;

    /// <summary>How far people were told of the log: survives the agent; of the host's page cache only.</summary>
    public long Announced { get; set; }

    /// <summary>All is gone but the node's id.</summary>
    public void Lose() => (_raft, Local, LeaseUntil, Announced) = (new KeptState(RaftPersistent.Initial), LocalRecord.Initial, Instant.Zero, 0);

    public void Keep(CoreOutput output)
    {
        foreach (var save in output.RaftSaves)
        {
            _raft.Apply(save);
        }

        Local = output.Local ?? Local;
        LeaseUntil = output.LeaseUntil;
    }
}
