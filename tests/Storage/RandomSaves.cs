using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Storage;

/// <summary>Outputs as a core could ask for them, drawn from a seed, and the states they add up to.</summary>
internal sealed class RandomSaves(int seed)
{
    private static readonly NodeId[] Members = [.. Enumerable.Range(1, 3).Select(i => NodeId.From([.. Enumerable.Repeat((byte)i, 16)]))];
    private readonly Random _random = new(seed);
    private readonly List<LogEntry> _entries = [];
    private RaftSnapshot _snapshot = RaftSnapshot.Empty;
    private HardState _hard = HardState.Initial;
    private long _term = 1;

    /// <summary>A model written independently of the product's own.</summary>
    public RaftPersistent State => new(_hard, _snapshot, [.. _entries]);

    private long Last => _snapshot.Index + _entries.Count;

    public RaftOutput Next(bool snapshots = true)
    {
        var append = ImmutableArray<LogEntry>.Empty;
        RaftSnapshot? install = null;
        if (snapshots && Last > 0 && _random.Next(8) == 0)
        {
            install = Snapshot();
        }

        if (_random.Next(4) != 0)
        {
            append = Append();
        }

        HardState? hard = null;
        if (_random.Next(2) == 0 || (install is null && append.IsEmpty))
        {
            hard = _hard = new HardState(_term + _random.Next(2), _random.Next(2) == 0 ? null : Members[_random.Next(3)], _snapshot.Index);
        }

        return new RaftOutput { Install = install, Append = append, Hard = hard };
    }

    private RaftSnapshot Snapshot()
    {
        var foreign = _random.Next(3) == 0;
        var index = foreign ? Last + _random.Next(1, 5) : _random.NextInt64(Math.Max(1, _snapshot.Index), Last + 1);
        var term = foreign ? ++_term : index == _snapshot.Index ? _snapshot.Term : _entries[(int)(index - _snapshot.Index - 1)].Term;
        _entries.RemoveRange(0, foreign ? _entries.Count : (int)(index - _snapshot.Index));
        return _snapshot = new RaftSnapshot(index, term, new RaftConfiguration([.. Members], []), Bytes());
    }

    private ImmutableArray<LogEntry> Append()
    {
        var from = _random.Next(4) == 0 ? _random.NextInt64(_snapshot.Index + 1, Last + 2) : Last + 1;
        if (from <= Last)
        {
            _term++;
            _entries.RemoveRange((int)(from - _snapshot.Index - 1), (int)(Last - from + 1));
        }

        var added = Enumerable.Range(0, _random.Next(1, 4))
            .Select(i => new LogEntry(from + i, _term, EntryKind.Command, Bytes()))
            .ToImmutableArray();
        _entries.AddRange(added);
        return added;
    }

    private byte[] Bytes()
    {
        var bytes = new byte[_random.Next(30)];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A state as text: records with arrays inside do not compare by value.</summary>
    public static string Describe(RaftPersistent state) => string.Join(
        '\n',
        state.Entries.Select(e => $"{e.Index} {e.Term} {e.Kind} {Convert.ToHexString(e.Data.Span)}")
            .Prepend($"snapshot {state.Snapshot.Index} {state.Snapshot.Term} {Convert.ToHexString(state.Snapshot.Data.Span)} "
                + string.Join(',', state.Snapshot.Configuration.Voters.Select(v => v.Hex)))
            .Prepend($"hard {state.Hard.Term} {state.Hard.VotedFor?.Hex} {state.Hard.Commit}"));
}
