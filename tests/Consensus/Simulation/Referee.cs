using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>
/// Sees what every node keeps, applies and answers, and knows nothing of how the core works. Throws <see cref="Violation"/>
/// the moment one of Raft's promises (extended paper, figure 3) is broken.
/// </summary>
internal sealed class Referee
{
    private readonly Dictionary<long, NodeId> _leaders = [];
    private readonly Dictionary<(long Index, long Term), (ulong Data, long PrevTerm)> _entries = [];
    private readonly List<Applied> _history = [];
    private readonly Dictionary<(NodeId, long Context), long> _questions = [];

    public int Terms => _leaders.Count;

    /// <summary>The newest index that any node has applied.</summary>
    public long Newest => _history.Count;

    /// <summary>The founding state counts as applied: index 1.</summary>
    public void Founded(RaftSnapshot snapshot) => _history.Add(new Applied(snapshot.Term, StateOf(snapshot), snapshot.Term));

    public static byte[] StateBytes(ulong state) => BitConverter.GetBytes(state);

    public static ulong StateOf(RaftSnapshot snapshot) => BitConverter.ToUInt64(snapshot.Data.Span);

    public static ulong Next(ulong state, LogEntry entry)
    {
        var hash = (state ^ (ulong)entry.Index) * 1_099_511_628_211UL;
        hash = (hash ^ (ulong)entry.Term ^ ((ulong)entry.Kind << 32)) * 1_099_511_628_211UL;
        return (hash ^ Fingerprint(entry)) * 1_099_511_628_211UL;
    }

    /// <summary>Election safety and leader completeness.</summary>
    public void Leads(NodeId node, long term, Func<RaftPersistent> kept)
    {
        if (!_leaders.TryAdd(term, node))
        {
            Require(_leaders[term] == node, $"election safety: {_leaders[term]} and {node} both lead term {term}");
            return;
        }

        var log = kept();
        for (var index = log.Snapshot.Index + 1; index <= Newest; index++)
        {
            var applied = _history[(int)index - 1];
            var position = (int)(index - log.Snapshot.Index - 1);
            var holds = position < log.Entries.Length && log.Entries[position].Term == applied.Term;
            Require(
                holds || applied.CommittedBy >= term,
                $"leader completeness: {node} leads term {term} without entry {index}, committed by term {applied.CommittedBy}");
        }
    }

    /// <summary>Log matching: an index and a term name one entry, and with it all before it.</summary>
    public void Keeps(NodeId node, LogEntry entry, long prevTerm)
    {
        var seen = (Fingerprint(entry), prevTerm);
        if (!_entries.TryAdd((entry.Index, entry.Term), seen))
        {
            Require(
                _entries[(entry.Index, entry.Term)] == seen,
                $"log matching: {node} keeps another entry {entry.Index} of term {entry.Term}");
        }
    }

    /// <summary>The configuration in force is the newest in the log, also when entries were cut.</summary>
    public void Follows(NodeId node, RaftConfiguration inForce, RaftConfiguration newestInLog) => Require(
        inForce.Voters.SetEquals(newestInLog.Voters) && inForce.Learners.SetEquals(newestInLog.Learners),
        $"configuration: {node} follows one that is not the newest in its log");

    /// <summary>State machine safety.</summary>
    public void Applies(NodeId node, LogEntry entry, ulong stateAfter, long termOfNode)
    {
        if (entry.Index == Newest + 1)
        {
            _history.Add(new Applied(entry.Term, stateAfter, termOfNode));
            return;
        }

        Require(entry.Index <= Newest, $"state machine safety: {node} applies {entry.Index} before anyone applied {Newest + 1}");
        var known = _history[(int)entry.Index - 1];
        Require(
            known.Term == entry.Term && known.State == stateAfter,
            $"state machine safety: {node} applies entry {entry.Index} of term {entry.Term}, "
                + $"another node applied one of term {known.Term}");
    }

    public void Restores(NodeId node, RaftSnapshot snapshot)
    {
        Require(snapshot.Index <= Newest, $"state machine safety: {node} restores {snapshot.Index}, which nobody applied");
        Require(
            _history[(int)snapshot.Index - 1].State == StateOf(snapshot),
            $"state machine safety: the snapshot at {snapshot.Index} on {node} is not what the entries add up to");
    }

    public void Asks(NodeId node, long context) => _questions[(node, context)] = Newest;

    /// <summary>Linearizable reads: an answer is no older than anything that was applied anywhere before the question.</summary>
    public void Answers(NodeId node, ReadConfirmed read, long appliedByNode)
    {
        var floor = _questions[(node, read.Context)];
        Require(
            read.Index >= floor,
            $"linearizable read: {node} answers {read.Index}, but {floor} was applied before the question");
        Require(read.Index <= appliedByNode, $"linearizable read: {node} answers {read.Index} having applied {appliedByNode}");
    }

    public static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new Violation(sentence);
        }
    }

    private static ulong Fingerprint(LogEntry entry)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var b in entry.Data.Span)
        {
            hash = (hash ^ b) * 1_099_511_628_211UL;
        }

        return hash;
    }

    private sealed record Applied(long Term, ulong State, long CommittedBy);
}
