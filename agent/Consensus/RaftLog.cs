using System.Collections.Immutable;

namespace MySqlHa.Consensus;

/// <summary>
/// The log of one node: a snapshot and the entries behind it, without a gap. Also knows which configuration is in force
/// at any index, because that is a matter of what the log holds: cutting an entry takes its configuration back.
/// </summary>
internal sealed class RaftLog
{
    private readonly List<LogEntry> _entries = [];
    private readonly List<(long Index, RaftConfiguration Value)> _configurations = [];

    public RaftLog(RaftSnapshot snapshot, IEnumerable<LogEntry> entries)
    {
        Snapshot = snapshot;
        foreach (var entry in entries)
        {
            Append(entry);
        }
    }

    public RaftSnapshot Snapshot { get; private set; }

    public long LastIndex => Snapshot.Index + _entries.Count;

    public long LastTerm => _entries.Count == 0 ? Snapshot.Term : _entries[^1].Term;

    /// <summary>The newest in the log, committed or not.</summary>
    public RaftConfiguration Configuration => _configurations.Count == 0 ? Snapshot.Configuration : _configurations[^1].Value;

    /// <summary>Where <see cref="Configuration"/> entered the log.</summary>
    public long ConfigurationIndex => _configurations.Count == 0 ? Snapshot.Index : _configurations[^1].Index;

    /// <summary>What was in force before <see cref="Configuration"/>.</summary>
    public RaftConfiguration ConfigurationBefore => _configurations.Count < 2 ? Snapshot.Configuration : _configurations[^2].Value;

    public LogEntry this[long index] => _entries[Position(index)];

    /// <summary>The term of the entry at an index; null where it is not there: cut off by the snapshot, or not yet written.</summary>
    public long? TermAt(long index) =>
        index == Snapshot.Index ? Snapshot.Term
        : index < Snapshot.Index || index > LastIndex ? null
        : _entries[Position(index)].Term;

    /// <summary>Raft §5.4.1: is a log that ends with this entry at least as complete as ours?</summary>
    public bool IsCoveredBy(long lastIndex, long lastTerm) =>
        lastTerm > LastTerm || (lastTerm == LastTerm && lastIndex >= LastIndex);

    public void Append(LogEntry entry)
    {
        if (entry.Index != LastIndex + 1 || entry.Term < LastTerm)
        {
            throw new InvalidOperationException(
                $"an entry ({entry.Index}, term {entry.Term}) does not follow the end of the log ({LastIndex}, term {LastTerm})");
        }

        _entries.Add(entry);
        if (entry.Kind == EntryKind.Configuration)
        {
            _configurations.Add((entry.Index, ConfigurationCodec.Decode(entry.Data.Span)));
        }
    }

    /// <summary>Removes the entry at an index and all behind it.</summary>
    public void CutFrom(long index, bool keepConfiguration = false)
    {
        var position = Position(index);
        _entries.RemoveRange(position, _entries.Count - position);
        if (!keepConfiguration)
        {
            _configurations.RemoveAll(c => c.Index >= index);
        }
    }

    /// <summary>The entries from an index to another, both included.</summary>
    public ImmutableArray<LogEntry> Range(long from, long to)
    {
        if (from > to)
        {
            return [];
        }

        var entries = ImmutableArray.CreateBuilder<LogEntry>((int)(to - from + 1));
        for (var index = from; index <= to; index++)
        {
            entries.Add(this[index]);
        }

        return entries.MoveToImmutable();
    }

    /// <summary>What one message may carry from an index on: at least one entry where there is one.</summary>
    public IEnumerable<LogEntry> Batch(long from, int entries, int bytes)
    {
        var sum = 0L;
        for (var index = from; index <= LastIndex && index - from < entries; index++)
        {
            sum += this[index].Data.Length;
            if (index > from && sum > bytes)
            {
                yield break;
            }

            yield return this[index];
        }
    }

    /// <summary>Puts a snapshot of our own state in place of the entries up to an index.</summary>
    public void Compact(long index, ReadOnlyMemory<byte> state)
    {
        var term = TermAt(index) ?? throw new InvalidOperationException(
            $"cannot compact to {index}: the log reaches from {Snapshot.Index} to {LastIndex}");
        var snapshot = new RaftSnapshot(index, term, ConfigurationAt(index), state);
        _entries.RemoveRange(0, (int)(index - Snapshot.Index));
        _configurations.RemoveAll(c => c.Index <= index);
        Snapshot = snapshot;
    }

    /// <summary>Puts a snapshot of the leader's in place of everything.</summary>
    public void Reset(RaftSnapshot snapshot)
    {
        _entries.Clear();
        _configurations.Clear();
        Snapshot = snapshot;
    }

    /// <summary>The last index not above a limit whose term is not above a term: the end of the part that may still match.</summary>
    public long LastIndexNotAfter(long limit, long term)
    {
        var index = Math.Min(limit, LastIndex);
        while (index > Snapshot.Index && this[index].Term > term)
        {
            index--;
        }

        return index;
    }

    private RaftConfiguration ConfigurationAt(long index)
    {
        var known = _configurations.FindLast(c => c.Index <= index);
        return known.Value ?? Snapshot.Configuration;
    }

    private int Position(long index) => index > Snapshot.Index && index <= LastIndex
        ? (int)(index - Snapshot.Index - 1)
        : throw new InvalidOperationException($"no entry {index}: the log holds {Snapshot.Index + 1} to {LastIndex}");
}
