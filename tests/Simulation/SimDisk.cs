using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>What an agent keeps. A step's output is kept as a whole or, where the agent dies first, not at all; then nothing of it was sent.</summary>
internal sealed class SimDisk
{
    public RaftPersistent Raft { get; private set; } = RaftPersistent.Initial;
    public LocalRecord Local { get; private set; } = LocalRecord.Initial;

    /// <summary>The lease file: survives the agent, not the host.</summary>
    public Instant LeaseUntil { get; set; } = Instant.Zero;

    public void Keep(CoreOutput output)
    {
        foreach (var save in output.RaftSaves)
        {
            Keep(save);
        }

        Local = output.Local ?? Local;
        LeaseUntil = output.LeaseUntil;
    }

    private void Keep(RaftOutput save)
    {
        var entries = Raft.Entries;
        var snapshot = Raft.Snapshot;
        if (save.Install is { } install)
        {
            snapshot = install;
            entries = entries.RemoveAll(e => e.Index <= install.Index);
        }

        if (!save.Append.IsDefaultOrEmpty)
        {
            entries = entries.RemoveAll(e => e.Index >= save.Append[0].Index).AddRange(save.Append);
        }

        Raft = new RaftPersistent(save.Hard ?? Raft.Hard, snapshot, entries);
    }
}
