using System.Collections.Immutable;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>Founding, Raft and the controller's part.</summary>
public sealed partial class NodeCore
{
    private long _controlledTerm;
    private long _proposedIndex;
    private long _closing;
    private ControllerDecision _decision = ControllerDecision.Wait();
    private ControllerInput? _observed; // what it was decided on
    private bool _handsOver; // asked to, and something was still on its way to the others
    private Instant _movedAt = Instant.Zero;
    private Instant _controllerSince = Instant.Zero;
    private Instant _closedAt = Instant.Zero;
    private Instant _placingSince = Instant.Zero;
    private long _placingIndex;

    private void Found()
    {
        var (local, messages, founded) = _founding.Run(_now, _local, _options.Standalone ? [_swim.Self] : _swim.Members);
        if (!ReferenceEquals(local, _local))
        {
            KeepLocal(local);
        }

        foreach (var (to, message) in messages)
        {
            Send(to, message);
        }

        if (founded is not null)
        {
            BecomeFounded(founded);
        }
    }

    private void TakeFounding(NodeId from, PeerMessage message)
    {
        switch (message)
        {
            case FoundAsk ask when _raft is null && KnownClusters.Count == 0:
                var (local, answer) = _founding.Asked(from, _local, ask.Pledge);
                if (answer is not null)
                {
                    KeepLocal(local);
                    Send(from, answer);
                }

                break;
            case FoundPledged pledged when _raft is null:
                _founding.Pledged(from, _local, pledged.ClusterId);
                break;
            case FoundDone done when _raft is null && done.Pledge.Members.Any(m => m.Id == _options.Self) && done.Pledge.Members.Min(m => m.Id) == from:
                BecomeFounded(done.Pledge);
                break;
            case FoundDropped dropped when _raft is null && _local.Pledge?.ClusterId == dropped.ClusterId && _local.Pledge.Members.Min(m => m.Id) == from:
                KeepLocal(_local with { Pledge = null });
                break;
            case FoundHow how when _local.ClusterId == how.ClusterId && _local.Pledge is { } pledge:
                Send(from, new FoundDone(pledge));
                break;
            case FoundHow how when _local.Pledge?.ClusterId != how.ClusterId:
                Send(from, new FoundDropped(how.ClusterId));
                break;
        }
    }

    private void BecomeFounded(Pledge pledge)
    {
        KeepLocal(_local with { Pledge = pledge, ClusterId = pledge.ClusterId, ClusterSecret = pledge.Secret, Group = _options.Group.Group });
        var state = ClusterState.Empty with
        {
            ClusterId = pledge.ClusterId,
            Members = pledge.Members.ToImmutableSortedDictionary(m => m.Id, m => m),
            Adopter = pledge.Adopter,
            VotersTarget = pledge.Members.Length,
        };
        var kept = RaftBootstrap.Found(new RaftConfiguration([.. pledge.Members.Select(m => m.Id)], []), Encode(state));
        _out.Save(new RaftOutput { Hard = kept.Hard, Install = kept.Snapshot });
        StartRaft(kept);
        _swim.SetFacts(_now, new MemberFacts(_options.Group.Group, _options.Name, pledge.ClusterId, _options.AgentVersion));
        _out.Event("founded", $"cluster {pledge.ClusterId} is founded with {string.Join(", ", pledge.Members.Select(m => m.Address.Host))}");
        _reportDue = true;
    }

    private void StartRaft(RaftPersistent kept)
    {
        var timing = _options.Timing;
        var options = new RaftOptions { Heartbeat = timing.Heartbeat / 2, ElectionMin = timing.ElectionMin, ElectionMax = timing.ElectionMax };
        _raft = new RaftCore(_options.Self, options, kept, _random, _now);
        _replayedUpTo = _raft.LastIndex;
        Restore(kept.Snapshot);
    }

    private void Restore(RaftSnapshot snapshot)
    {
        if (snapshot.Index > _applied)
        {
            var before = _state;
            _state = JsonSerializer.Deserialize(snapshot.Data.Span, FailoverJson.Default.ClusterState)
                ?? throw new InvalidOperationException("the snapshot holds no state");
            _applied = snapshot.Index;
            _changes.Restored(before, _state);
            foreach (var epoch in _state.EpochsToCover().Where(e => e.RestMilliseconds > 0))
            {
                _desk.Rests(_now, epoch.Number, TimeSpan.FromMilliseconds(epoch.RestMilliseconds));
            }
        }
    }

    /// <summary>Saves, sends and applies what Raft has ready. True where this node knows more by it.</summary>
    private bool DrainRaft()
    {
        if (_raft is null)
        {
            return false;
        }

        var ready = _raft.TakeOutput();
        if (ready.NeedsSync)
        {
            _out.Save(ready);
        }

        foreach (var (to, message) in ready.Messages)
        {
            Send(to, new RaftFrame(_local.ClusterId, message));
        }

        if (ready.Restore is { } snapshot)
        {
            Restore(snapshot);
        }

        foreach (var entry in ready.Committed)
        {
            ApplyEntry(entry);
        }

        if (_applied - _raft.SnapshotIndex >= _options.SnapshotEvery)
        {
            _raft.Compact(_applied, Encode(_options.Faults.SnapshotsForgetSettings ? _state with { Settings = ClusterSettings.None } : _state));
        }

        NoteController();
        foreach (var read in ready.Reads)
        {
            Confirm(read);
        }

        return ready.Committed.Length > 0 || ready.Reads.Length > 0 || ready.Restore is not null;
    }

    private void ApplyEntry(LogEntry entry)
    {
        if (entry.Index <= _applied)
        {
            return;
        }

        _applied = entry.Index;
        if (entry.Kind != EntryKind.Command)
        {
            return;
        }

        var command = JsonSerializer.Deserialize(entry.Data.Span, FailoverJson.Default.ClusterCommand) ?? throw new InvalidOperationException($"log entry {entry.Index} holds no command");
        var before = _state;
        _state = _options.Faults.SkipOneCommand && entry.Index % 10 == 0 && _options.Self == _state.Members.Keys.First() ? _state : ApplyCommand(command);
        if (ReferenceEquals(before, _state))
        {
            return;
        }

        _reportDue = true;
        if (command is OpenEpoch or HandOver)
        {
            _desk.EpochOpened(_now, _state);
        }

        if (command is StartSwitchover or HandOver)
        {
            (_placingSince, _placingIndex) = (_now, entry.Index);
        }

        NoteRest(command as RestLeader, again: entry.Index <= _announced);
        _changes.Applied(before, command, news: entry.Index > _announced);
        if (entry.Index > _announced)
        {
            _out.Index = entry.Index;
            Announce(command);
            AnnounceVote(before, command);
            _out.Index = 0;
        }
    }

    private ClusterState ApplyCommand(ClusterCommand command) =>
        _options.Faults.ReuseEpochNumbers && command is OpenEpoch { Epoch: { Number: > 1 } epoch } && _state.Current is { Closed: true } closed && closed.Number + 1 == epoch.Number
            ? _state with { Epochs = _state.Epochs.SetItem(_state.Epochs.Length - 1, epoch with { Number = closed.Number }) }
            : _options.ControllerFaults.ChangeAckersInPlace && command is OpenEpoch { Epoch: var changed } && _state.Current is { Closed: false } open && open.Number == changed.Number
            ? _state with { Epochs = _state.Epochs.SetItem(_state.Epochs.Length - 1, changed) }
            : _state.Apply(command);

    /// <summary>Notices that this node began or ceased to lead Raft.</summary>
    private void NoteController()
    {
        if (_raft!.LeaderIsReady && _controlledTerm != _raft.Term)
        {
            _controlledTerm = _raft.Term;
            _controllerSince = _now;
            _proposedIndex = 0;
            _closing = 0;
            _desk.BecomeController(_now, _state);
            (_planDue, _cutOff) = (null, null);
            _operators.Clear();
            _aside.Clear();
            _out.Event("controller", $"this node is the controller (term {_raft.Term})");
        }
        else if (_raft.Role != RaftRole.Leader && _controlledTerm != 0)
        {
            (_controlledTerm, _handsOver) = (0, false);
            (_decision, _observed) = (ControllerDecision.Wait(), null);
            _operators.Clear();
            _aside.Clear();
        }
    }

    private ControllerInput Observe() => Observe(_wall);

    private ControllerInput Observe(long wallClock) => new()
    {
        State = _state,
        Voters = _raft!.Configuration.Voters,
        Reports = FreshReports(),
        LeaseLapsed = _desk.Lapsed(_now),
        FoundingPatienceOver = _now - _controllerSince > TimeSpan.FromSeconds(15),
        FailoverAsked = _operators.Failover is { } f && _state.Current is { Closed: false } current && current.Number == f.Epoch ? f.Reason : "",
        Preferred = _operators.Failover?.Preferred,
        LossAccepted = _operators.Failover?.LossAccepted,
        WantedPatienceOver = _now - Instant.Later(_closedAt, _controllerSince) > _options.Timing.Lease / 2,
        PlacementPatienceOver = _now - Instant.Later(_placingSince, _controllerSince) > _options.Timing.Lease * (_state.HandingOver() is null ? 1 : 2),
        ClientsTold = ClientsTold,
        SwitchoverLongAgo = _now - Instant.Later(_placingSince, _controllerSince) > _options.Timing.Lease * 20,
        DataCutPatienceOver = DataCutPatienceOver,
        Learners = _raft.Configuration.Learners,
        CaughtUp = _raft.Configuration.Learners.IsEmpty ? [] : [.. _raft.Configuration.Learners.Where(HasTheLog)],
        Dead = DeadMembers(),
        Newcomers = [.. FreshNewcomers()],
        LeavingPatienceOver = _leavingStuckSince is { } since && _now - since > _options.Timing.Lease * 10,
        Restarting = Restarting(),
        Self = _options.Self,
        Standalone = _options.Standalone,
        VotersWanted = _options.Voters,
        LongDead = LongDeadMembers(),
        PlanDueFor = _planDue is { } due ? _now - due.Since : null,
        PlanFoundLate = _planDue?.Late ?? TimeSpan.Zero,
        WallClock = wallClock,
        Faults = _options.ControllerFaults,
    };

    /// <summary>Most steps change nothing. A decision only to wait is the same at any hour of the wall clock.</summary>
    private void Decide()
    {
        var seen = Observe(wallClock: 0);
        var waits = _decision is { Proposal: null, Change: null, HandOver: null };
        if (!waits || seen != _observed)
        {
            _decision = ControllerPolicy.Decide(seen with { WallClock = _wall });
            _observed = seen;
        }
    }

    /// <summary>The controller's decision; one proposal at a time. True where one was made.</summary>
    private bool Control()
    {
        if (!IsController)
        {
            return false;
        }

        if (_proposedIndex > _applied)
        {
            return false;
        }

        if (_handsOver && HandOverRaft("the agent stops"))
        {
            _handsOver = false;
            return true;
        }

        SettleOperators();
        SettleAside();
        NotePlan();
        NoteCutOff();
        Decide();
        NoteStuckDeparture();
        var command = _decision.Proposal ?? (_decision.Change is null ? RestThatIsOver() ?? PhasesToNote() ?? MovedMember() ?? Wishes.Retagged(_observed!) ?? Roll() : null);
        if (command is not null)
        {
            return Propose(command);
        }

        if (_decision.Change is { } change)
        {
            return ProposeVoters(change);
        }

        if (_decision.HandOver is { } why && _now - _movedAt > _options.Timing.Lease)
        {
            return HandOverRaft(why.Text);
        }

        return MoveAwayFromLeader();
    }

    private bool Propose(ClusterCommand command)
    {
        if (_raft!.Propose(_now, JsonSerializer.SerializeToUtf8Bytes(command, FailoverJson.Default.ClusterCommand)) != ProposeOutcome.Accepted)
        {
            return false;
        }

        _proposedIndex = _raft.LastIndex;
        _closing = command is CloseEpoch close ? close.Epoch : _closing;
        return true;
    }

    /// <summary>A member that gossip knows at another address or by another name than the state.</summary>
    private SetMember? MovedMember()
    {
        foreach (var (id, known) in _state.Members)
        {
            if (_swim.Find(id) is { Status: MemberStatus.Alive } said && (known.Address != said.Address || known.Name != said.Facts.Name))
            {
                return new SetMember(known with { Name = said.Facts.Name, Address = said.Address });
            }
        }

        return null;
    }

    /// <summary>
    /// The controller prefers not to sit on the leader's node: lost together, the next controller must wait a whole lease before
    /// it may count the old leader's as lapsed; lost apart, neither loss waits for the other.
    /// </summary>
    private bool MoveAwayFromLeader()
    {
        if (_state.Current is not { Closed: false, Established: true } current || current.Leader != _options.Self || _now - _movedAt < _options.Timing.Lease * 5)
        {
            return false;
        }

        return HandOverRaft("the controller moves away from the leader's node");
    }

    private bool HandOverRaft(string why)
    {
        if (_raft is not { Role: RaftRole.Leader })
        {
            return false;
        }

        var target = _raft.Configuration.Voters
            .Where(v => v != _options.Self && v != _state.Current?.Leader && v != _state.Leaving?.Node && _raft.MatchIndex(v) == _raft.LastIndex
                && _raft.LastHeard(v) is { } heard && _now - heard < _options.Timing.Heartbeat * 2)
            .Select(v => (NodeId?)v).FirstOrDefault();
        if (target is not { } to || !_raft.TransferLeadership(_now, to))
        {
            return false;
        }

        _movedAt = _now;
        _out.Event("controller-moves", $"{why}; to {Name(to)}");
        return true;
    }

    private void Confirm(ReadConfirmed read)
    {
        if (_freshRounds.Remove(read.Context, out var fresh))
        {
            Send(fresh.From, new FreshAnswer(fresh.AskId, read.Index));
        }
        else if (read.Context > 0 && _closing != _state.Current?.Number && _desk.Confirmed(_now, _state, read.Context) is { } granted)
        {
            Send(granted.To, granted.Answer);
        }
    }

    private static byte[] Encode(ClusterState state) => JsonSerializer.SerializeToUtf8Bytes(state, FailoverJson.Default.ClusterState);

    private string Name(NodeId node) => _state.Members.TryGetValue(node, out var member) ? $"{member.Name} ({member.Address.Host})" : node.Short;
}
