using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// The binary log as files, of which only the last can be cut with mysqld down: the engine forgets at the next start what it had prepared
/// and the log no longer holds, but not what it had committed.
/// </summary>
internal sealed partial class SimMysqld
{
    private int _lastFile;
    private bool _endedInOrder;
    private int _stray;

    /// <summary>What was archived before it was cut, by epoch: on the host's disk, whatever becomes of the agent.</summary>
    public Dictionary<long, ArchivedTail> Archives { get; } = [];

    /// <summary>How often the data was replaced by another server's.</summary>
    public int Clones { get; private set; }

    /// <summary>How long a rewind rests between archive and cut, and between cut and word of it.</summary>
    public TimeSpan RewindPause { get; set; }

    /// <summary>Somebody switched semi-sync off in this life, and the agent has not looked since.</summary>
    public bool MeddledUnseen { get; set; }

    /// <summary>A person with the rights for it, who asks nobody: SET GLOBAL rpl_semi_sync_source_enabled = OFF.</summary>
    public void SwitchSemiSyncOff() => (SemiSyncSource, MeddledUnseen) = (false, true);

    /// <summary>The engine keeps a row that no transaction accounts for.</summary>
    public void KeepStray()
    {
        _stray++;
        _ = Rows.Add(world.NextContent());
    }

    public bool IsCommitted(Transaction transaction) => Executed.Contains(transaction.Source, transaction.Number);

    /// <summary>What the last file holds beyond a set, or why it must not be cut.</summary>
    public (IReadOnlyList<Transaction> Tail, string? Refusal) TailBeyond(GtidSet keep, GtidSet began)
    {
        var first = Binlog.FindIndex(t => !keep.Contains(t.Gtid));
        if (first < 0)
        {
            return ([], null);
        }

        var tail = Binlog[first..];
        var careless = world.Mutation.Effects.CutsWhatItBeganWith;
        return _endedInOrder ? ([], "it was closed in order")
            : first < _lastFile && !careless ? ([], "an earlier file holds some too")
            : tail.Any(t => keep.Contains(t.Gtid)) ? ([], "what is to be kept follows on what is not")
            : tail.Any(t => began.Contains(t.Gtid)) && !careless ? ([], "committed before this server led")
            : (tail, null);
    }

    /// <summary>With mysqld down. The server's uuid goes with what it numbered.</summary>
    public void Cut(IReadOnlyList<Transaction> tail)
    {
        world.Tally.Count("rewinds");
        foreach (var transaction in tail)
        {
            _ = Binlog.Remove(transaction);
            _ = _known.Remove((transaction.Source, transaction.Number));
            Purged = IsCommitted(transaction) ? Purged.Union(transaction.Gtid) : Purged;
        }

        _applied = 0;
        Uuid = world.Mutation.Effects.KeepsServerUuid ? Uuid : NewUuid();
        _ownNumber = 0;
    }

    private void BeginLog() => (_lastFile, _endedInOrder, MeddledUnseen) = (Binlog.Count, false, false);
}
