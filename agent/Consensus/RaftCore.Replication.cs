using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>Replication: what a leader sends, how a follower takes it.</summary>
public sealed partial class RaftCore
{
    /// <summary>Sends each member what it is due: entries, a snapshot, or a sign of life with the newest commit and round.</summary>
    private void Replicate()
    {
        foreach (var member in _progress.Values)
        {
            var sent = member.Streaming ? Stream(member) : Probe(member);
            var commitNews = member.Streaming && member.CommitSent < Math.Min(CommitIndex, member.Next - 1);
            var roundNews = member.RoundSent < _round && Configuration.Voters.Contains(member.Member);
            if (!sent && (member.HeartbeatDue || commitNews || roundNews))
            {
                SendAppend(member, []);
            }
        }
    }

    private bool Stream(Progress member)
    {
        // Compaction may overtake a stream whose window is full: then nothing in the log can tell what was lost of it.
        var window = (long)MaxMessagesInFlight * _options.MaxEntriesPerMessage;
        var sent = false;
        while (member.Streaming && member.Next <= _log.LastIndex
            && (member.Next - member.Match <= window || member.Next <= _log.Snapshot.Index))
        {
            sent = true;
            SendEntries(member);
        }

        return sent;
    }

    private bool Probe(Progress member)
    {
        if (member.ProbeInFlight)
        {
            return false;
        }

        SendEntries(member);
        return true;
    }

    private void SendEntries(Progress member)
    {
        if (_log.TermAt(member.Next - 1) is null)
        {
            Send(member.Member, new SnapshotRequest(Term, _log.Snapshot, _round));
            member.OnSnapshotSent(_now, _log.Snapshot.Index);
            member.OnSent(_round, _log.Snapshot.Index);
            return;
        }

        var batch = _log.Batch(member.Next, _options.MaxEntriesPerMessage, _options.MaxBytesPerMessage).ToImmutableArray();
        SendAppend(member, batch);
        member.OnEntriesSent(_now, batch.Length);
    }

    private void SendAppend(Progress member, ImmutableArray<LogEntry> entries)
    {
        // Where the member's end is not known to us any more (a snapshot is on its way), (0, 0) matches every log.
        var prevTerm = member.SnapshotInFlight == 0 ? _log.TermAt(member.Next - 1) : null;
        var prev = prevTerm is null ? 0 : member.Next - 1;
        Send(member.Member, new AppendRequest(Term, prev, prevTerm ?? 0, entries, CommitIndex, _round));
        member.OnSent(_round, Math.Min(CommitIndex, prev + entries.Length));
    }

    private void OnAppendResponse(NodeId from, AppendResponse response)
    {
        if (Role != RaftRole.Leader || !_progress.TryGetValue(from, out var member))
        {
            return;
        }

        if (response.Term > Term)
        {
            EnterTerm(response.Term);
            return;
        }

        if (response.Term < Term || response.MatchIndex > _log.LastIndex || response.Round > _round)
        {
            return;
        }

        member.OnHeard(_now, response.Round);
        if (response.Success)
        {
            var before = member.Match;
            member.OnAccepted(response.MatchIndex);
            if (member.Match > before && _transferTo == from)
            {
                HandOverWhenCaughtUp();
            }

            AdvanceCommit();
        }
        else if (response.MatchIndex >= member.Match)
        {
            member.OnRefused(_log.LastIndexNotAfter(response.MatchIndex, response.HintTerm));
        }

        ConfirmReads();
    }

    /// <summary>Common to all that only a leader sends. False where the sender no longer leads; it is told so.</summary>
    private bool AcceptLeader(NodeId from, long term)
    {
        if (term < Term)
        {
            Send(from, new AppendResponse(Term, false, _log.LastIndex, _log.LastTerm, 0));
            return false;
        }

        if (term > Term)
        {
            EnterTerm(term);
        }

        if (Role == RaftRole.Leader || (Leader is { } known && known != from))
        {
            throw new InvalidOperationException($"two leaders in term {term}: {Leader} and {from}");
        }

        BecomeFollower(from);
        _leaderHeard = _now;
        ResetElectionTimer();
        return true;
    }

    private void OnAppendRequest(NodeId from, AppendRequest request)
    {
        if (!AcceptLeader(from, request.Term))
        {
            return;
        }

        // What is committed here is in the leader's log too, wherever the message begins; our snapshot may hold it already.
        var end = request.PrevIndex + request.Entries.Length;
        var known = _log.TermAt(request.PrevIndex);
        if (request.PrevIndex <= CommitIndex && known is not null && known != request.PrevTerm)
        {
            throw CommittedDiffers(request.PrevIndex, known, request.PrevTerm);
        }

        var matches = request.PrevIndex <= CommitIndex || known == request.PrevTerm;
        if (!matches && !(_faults.SkipsConsistencyCheck && request.PrevIndex <= _log.LastIndex))
        {
            var worth = _log.LastIndexNotAfter(Math.Min(request.PrevIndex - 1, _log.LastIndex), request.PrevTerm);
            Send(from, new AppendResponse(Term, false, worth, _log.TermAt(worth) ?? 0, request.Round));
            return;
        }

        Keep(request);
        var proven = Math.Max(end, CommitIndex);
        var commit = _faults.CommitsPastTheProof ? Math.Min(request.Commit, _log.LastIndex) : Math.Min(request.Commit, proven);
        CommitTo(commit);
        Send(from, new AppendResponse(Term, true, proven, 0, request.Round));
    }

    /// <summary>Raft §5.3: entries that are there already stay; only one that differs cuts the log, and never below the commit.</summary>
    private void Keep(AppendRequest request)
    {
        var end = request.PrevIndex + request.Entries.Length;
        if (_faults.CutsOnEveryAppend && end > CommitIndex && end < _log.LastIndex)
        {
            _log.CutFrom(end + 1);
            _out.LogChangedFrom(end);
        }

        foreach (var entry in request.Entries)
        {
            var known = _log.TermAt(entry.Index);
            if (known == entry.Term || entry.Index <= _log.Snapshot.Index)
            {
                continue;
            }

            if (entry.Index <= CommitIndex)
            {
                throw CommittedDiffers(entry.Index, known, entry.Term);
            }

            if (known is not null)
            {
                _log.CutFrom(entry.Index, _faults.KeepsCutConfiguration);
            }

            _log.Append(entry);
            _out.LogChangedFrom(entry.Index);
        }
    }

    private InvalidOperationException CommittedDiffers(long index, long? here, long there) =>
        new($"entry {index} is committed here with term {here}, and the leader of term {Term} has it with term {there}");

    private void OnSnapshotRequest(NodeId from, SnapshotRequest request)
    {
        if (!AcceptLeader(from, request.Term))
        {
            return;
        }

        var snapshot = request.Snapshot;
        if (snapshot.Index > CommitIndex)
        {
            if (_log.TermAt(snapshot.Index) == snapshot.Term && !_faults.InstallsOverNewerLog)
            {
                // The log holds it, and maybe more that this node has acknowledged.
                CommitTo(snapshot.Index);
            }
            else
            {
                TakeOver(snapshot);
            }
        }

        Send(from, new AppendResponse(Term, true, CommitIndex, 0, request.Round));
    }

    private void TakeOver(RaftSnapshot snapshot)
    {
        _log.Reset(snapshot);
        CommitIndex = snapshot.Index;
        _delivered = snapshot.Index;
        _out.Install();
        _out.Restore(snapshot);
    }
}
