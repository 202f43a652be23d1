using System.Collections.Immutable;

namespace MySqlHa.Consensus;

/// <summary>
/// What a disk holds after a sequence of <see cref="RaftOutput"/>s. The one place that says how records add up, so that
/// every disk, real or simulated, loads the same. Entries always follow the snapshot without a gap; a record that
/// would break that throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class KeptState
{
    private readonly List<LogEntry> _entries = [];

    public KeptState(RaftPersistent start)
    {
        ArgumentNullException.ThrowIfNull(start);
        Hard = start.Hard;
        Snapshot = start.Snapshot;
        _entries.AddRange(start.Entries);
    }

    public HardState Hard { get; private set; }

    public RaftSnapshot Snapshot { get; private set; }

    public long LastIndex => Snapshot.Index + _entries.Count;

    /// <summary>Everything one output wants kept, in the order that <see cref="RaftOutput"/> gives.</summary>
    public void Apply(RaftOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        if (output.Install is { } snapshot)
        {
            Install(snapshot);
        }

        foreach (var entry in output.Append)
        {
            Append(entry);
        }

        Keep(output.Hard ?? Hard);
    }

    /// <summary>
    /// A snapshot replaces the log up to its index. What lies behind stays only where the log agrees with the snapshot at
    /// its last entry; else it is another leader's history.
    /// </summary>
    public void Install(RaftSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        if (snapshot.Index < Snapshot.Index)
        {
            throw new InvalidOperationException($"a snapshot at {snapshot.Index} cannot replace a newer one at {Snapshot.Index}");
        }

        var agrees = TermAt(snapshot.Index) == snapshot.Term;
        _entries.RemoveRange(0, agrees ? (int)(snapshot.Index - Snapshot.Index) : _entries.Count);
        Snapshot = snapshot;
    }

    /// <summary>An entry cuts off whatever stood at its index and behind it.</summary>
    public void Append(LogEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        if (entry.Index <= Snapshot.Index || entry.Index > LastIndex + 1)
        {
            throw new InvalidOperationException(
                $"entry {entry.Index} cannot be kept: the snapshot ends at {Snapshot.Index}, the log at {LastIndex}");
        }

        var position = (int)(entry.Index - Snapshot.Index - 1);
        _entries.RemoveRange(position, _entries.Count - position);
        _entries.Add(entry);
    }

    public void Keep(HardState hard)
    {
        ArgumentNullException.ThrowIfNull(hard);
        Hard = hard;
    }

    public RaftPersistent ToPersistent() => new(Hard, Snapshot, [.. _entries]);

    /// <summary>The term of the entry at an index; null where it is not held.</summary>
    public long? TermAt(long index) =>
        index == Snapshot.Index ? Snapshot.Term
        : index < Snapshot.Index || index > LastIndex ? null
        : _entries[(int)(index - Snapshot.Index - 1)].Term;
}
