using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>A disk that keeps what was synced. Of what was only written, a crash keeps a prefix of its records.</summary>
internal sealed class SimulatedDisk(RaftPersistent start)
{
    private readonly KeptState _synced = new(start);
    private RaftOutput? _written;

    public RaftPersistent Load() => _synced.ToPersistent();

    public long? TermAt(long index) => _synced.TermAt(index);

    /// <summary>The newest that the log holds.</summary>
    public RaftConfiguration Configuration()
    {
        var kept = Load();
        var newest = kept.Entries.LastOrDefault(e => e.Kind == EntryKind.Configuration);
        return newest is null ? kept.Snapshot.Configuration : ConfigurationCodec.Decode(newest.Data.Span);
    }

    public void Write(RaftOutput output) => _written = output;

    public void Sync()
    {
        if (_written is not null)
        {
            _synced.Apply(_written);
            _written = null;
        }
    }

    public void Crash(Random random)
    {
        if (_written is not { } lost)
        {
            return;
        }

        _written = null;
        var survivors = random.Next(lost.Append.Length + 3);
        if (lost.Install is not null && survivors-- > 0)
        {
            _synced.Install(lost.Install);
        }
        else if (lost.Install is not null)
        {
            return;
        }

        foreach (var entry in lost.Append)
        {
            if (survivors-- <= 0)
            {
                return;
            }

            _synced.Append(entry);
        }

        if (lost.Hard is not null && survivors > 0)
        {
            _synced.Keep(lost.Hard);
        }
    }
}
