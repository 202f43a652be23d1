using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>Collects what the steps since the last <see cref="Take"/> ask for, and merges it into one <see cref="RaftOutput"/>.</summary>
internal sealed class Outbox(RaftLog log, HardState kept)
{
    private readonly List<(NodeId To, RaftMessage Message)> _messages = [];
    private readonly List<ReadConfirmed> _reads = [];
    private HardState _kept = kept;
    private long _unkeptFrom = long.MaxValue;
    private bool _install;
    private RaftSnapshot? _restore;

    public void Send(NodeId to, RaftMessage message) => _messages.Add((to, message));

    public void Confirm(ReadConfirmed read) => _reads.Add(read);

    /// <summary>The log changed from this index on.</summary>
    public void LogChangedFrom(long index) => _unkeptFrom = Math.Min(_unkeptFrom, index);

    /// <summary>The log has a new snapshot.</summary>
    public void Install() => _install = true;

    public void Restore(RaftSnapshot snapshot) => _restore = snapshot;

    public RaftOutput Take(HardState hard, ImmutableArray<LogEntry> committed, RaftFaults faults)
    {
        var append = _unkeptFrom <= log.LastIndex
            ? log.Range(Math.Max(_unkeptFrom, log.Snapshot.Index + 1), log.LastIndex)
            : [];
        var voteChanged = hard.Term != _kept.Term || hard.VotedFor != _kept.VotedFor;

        var keepsOrTells = !append.IsEmpty || voteChanged || _install || _messages.Count > 0;
        if (!keepsOrTells && committed.IsEmpty && _restore is null && _reads.Count == 0)
        {
            _unkeptFrom = long.MaxValue;
            return RaftOutput.Nothing;
        }

        // A commit index alone is not worth an fsync: whoever leads next tells it again.
        var commitRides = hard.Commit != _kept.Commit && (_install || append.Length > 0);
        var output = new RaftOutput
        {
            Hard = voteChanged || commitRides ? hard : null,
            Install = _install ? log.Snapshot : null,
            Append = faults.AcknowledgesUnkept ? [] : append,
            Messages = [.. _messages],
            Restore = _restore,
            Committed = committed,
            Reads = [.. _reads],
        };
        _kept = output.Hard ?? _kept;
        _unkeptFrom = long.MaxValue;
        _install = false;
        _restore = null;
        _messages.Clear();
        _reads.Clear();
        return output;
    }
}
