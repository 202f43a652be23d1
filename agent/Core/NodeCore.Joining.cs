using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>Coming to a cluster that exists, and being removed from it: the node's side and the members'.</summary>
public sealed partial class NodeCore
{
    private static readonly TimeSpan JoinEvery = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan NewcomerFresh = TimeSpan.FromSeconds(3);

    /// <summary>How long a node that knows of no cluster waits for seeds that have not answered, before it helps to found one.</summary>
    private static readonly TimeSpan SeedPatience = TimeSpan.FromSeconds(3);

    private readonly SortedDictionary<NodeId, (Newcomer Newcomer, Instant At)> _newcomers = [];
    private readonly Dictionary<NodeId, Instant> _toldRemoved = [];
    private readonly Instant _startedAt;
    private Instant? _leavingStuckSince;
    private Instant _nextJoin = Instant.Zero;
    private Reason? _joining;

    /// <summary>Clusters of this group that the ring knows of.</summary>
    private List<string> KnownClusters => [.. _swim.Members
        .Where(m => m.Status is MemberStatus.Alive or MemberStatus.Suspect && m.Id != _options.Self
            && (IsOfThisGroup(m) || _options.Faults.JoinsAcrossGroups) && m.Facts.ClusterId.Length > 0)
        .Select(m => m.Facts.ClusterId).Distinct().Order(StringComparer.Ordinal)];

    private bool IsMember(NodeId node) => _state.Members.ContainsKey(node);

    private Instant NextFoundingDeadline() =>
        _local.RemovedBecause.Length > 0 ? Instant.Never
        : _local.Pledge is not null || _options.Standalone ? _founding.NextDeadline
        : KnownClusters switch
        {
            [] when SeedsHadTime => _founding.NextDeadline,
            [] => _startedAt + SeedPatience,
            [_] => _nextJoin,
            _ => Instant.Never, // what gossip brings next is looked at when it comes
        };

    private void FoundOrJoin()
    {
        if (_local.RemovedBecause.Length > 0)
        {
            return;
        }

        if (_local.Pledge is not null || _options.Standalone)
        {
            Found();
            return;
        }

        switch (KnownClusters)
        {
            case []:
                _joining = null;
                if (SeedsHadTime)
                {
                    Found();
                }

                break;
            case [var cluster]:
                Join(cluster);
                break;
            default:
                _joining = new Reason("two-clusters", "the ring holds two clusters of this group, so this node joins neither: "
                    + string.Join(", ", KnownClusters));
                break;
        }
    }

    /// <summary>
    /// Somebody there may know of a cluster: strangers among themselves must not found another beside it. A member of this group that is
    /// known has told of its own; one of another group may not have told yet whom it knows.
    /// </summary>
    private bool SeedsHadTime => _now - _startedAt >= SeedPatience
        || _options.Seeds.All(s => _swim.Members.Any(m => (m.Address.Host, m.Address.RingPort) == s && IsOfThisGroup(m)));

    /// <summary>Welcomed, and not a word since: it may have been removed meanwhile, so it goes on asking.</summary>
    private bool WaitsForTheLog => _raft is not null && _local.Joined && _state.Members.IsEmpty;

    private void Join(string cluster)
    {
        if (_now < _nextJoin)
        {
            return;
        }

        _nextJoin = _now + JoinEvery;
        _joining ??= new Reason("joining", $"asks to join cluster {cluster}");
        var ask = new JoinAsk(cluster, new Newcomer(
            new MemberInfo(_options.Self, _options.Name, _options.Address), _raft is null && (_options.Adopts || _mysqld.State != MysqldState.Absent)));
        foreach (var member in _swim.Members.Where(m => m.Status == MemberStatus.Alive && m.Facts.ClusterId == cluster))
        {
            Send(member.Id, ask);
        }
    }

    private void TakeJoinAsk(NodeId from, JoinAsk ask)
    {
        if (_raft is null || ask.ClusterId != _local.ClusterId || ask.Newcomer.Info.Id != from
            || (_swim.Find(from) is { } known && !IsOfThisGroup(known) && !_options.Faults.JoinsAcrossGroups))
        {
            return;
        }

        if (IsMember(from))
        {
            _ = _newcomers.Remove(from);
            Send(from, ask.Newcomer.HasData
                ? new JoinRefused(_local.ClusterId, new Reason("data-without-record", "this member's data directory is there and its record of the "
                    + "cluster is not: remove the rest of its directory, and it joins as a new node"))
                : _raft.Configuration.Voters.Contains(from) && !_options.Faults.WelcomesForgetfulVoters
                ? new JoinRefused(_local.ClusterId, new Reason("vote-without-record", "this member votes, and its record of the cluster, with what it "
                    + "voted and acknowledged, is lost: empty its directory, node-id included, and it joins as a new node"))
                : new JoinWelcome(_local.ClusterId, _local.ClusterSecret));
        }
        else if (IsController)
        {
            var newcomer = ask.Newcomer with { Info = ask.Newcomer.Info with { Votes = InvitedAs(ask.Newcomer.Info.Address) } };
            _newcomers[from] = (newcomer, _now);
            if (MembershipRefusal(newcomer) is { } refusal)
            {
                Send(from, new JoinRefused(_local.ClusterId, refusal));
            }
        }
    }

    private Reason? MembershipRefusal(Newcomer newcomer) => ControllerPolicy.JoinRefusal(Observe(), newcomer);

    private IEnumerable<Newcomer> FreshNewcomers()
    {
        if (_newcomers.Count == 0)
        {
            return [];
        }

        foreach (var (id, (_, at)) in _newcomers.ToList())
        {
            if (_now - at > NewcomerFresh || IsMember(id))
            {
                _ = _newcomers.Remove(id);
            }
        }

        return _newcomers.Values.Select(n => n.Newcomer);
    }

    private void TakeWelcome(JoinWelcome welcome)
    {
        if (_raft is not null || _local is not { ClusterId: "", RemovedBecause: "", Pledge: null } || KnownClusters is not [var known] || known != welcome.ClusterId)
        {
            return;
        }

        KeepLocal(_local with { ClusterId = welcome.ClusterId, ClusterSecret = welcome.Secret, Joined = true, Group = _options.Group.Group });
        StartRaft(RaftPersistent.Initial);
        _swim.SetFacts(_now, new MemberFacts(_options.Group.Group, _options.Name, welcome.ClusterId, _options.AgentVersion));
        _out.Event("joined", $"this node joins cluster {welcome.ClusterId}");
        _reportDue = true;
    }

    private void TakeRefusal(JoinRefused refused)
    {
        if (_raft is null && _local.ClusterId.Length == 0 && _joining != refused.Why)
        {
            _joining = refused.Why;
            _out.Event("join-refused", refused.Why.Text);
        }
    }

    /// <summary>A removed node may not know it: what it sends is not taken, and it is told.</summary>
    private bool ToldThatItWasRemoved(NodeId from)
    {
        if (_raft is null || !_state.Removed.TryGetValue(from, out var removed))
        {
            return false;
        }

        if (_now >= _toldRemoved.GetValueOrDefault(from))
        {
            _toldRemoved[from] = _now + _options.Timing.Heartbeat;
            Send(from, new RemovedNotice(_local.ClusterId, removed.Reason));
        }

        return true;
    }

    /// <summary>From here on for good: no vote, no report, no mysqld.</summary>
    private void TakeRemoval(NodeId from, RemovedNotice notice)
    {
        if (_raft is null || notice.ClusterId != _local.ClusterId || !(IsMember(from) || WaitsForTheLog))
        {
            return;
        }

        KeepLocal(_local with { RemovedBecause = notice.Why.Length > 0 ? notice.Why : "no reason was given" });
        (_raft, _state, _applied) = (null, ClusterState.Empty, 0);
        _lease.Drop();
        _reports.Clear();
        _fresh = _fresh.Clear();
        _newcomers.Clear();
        _out.Event("removed", $"this node was removed from the cluster: {notice.Why}");
    }

    private bool HasTheLog(NodeId learner) => _raft!.MatchIndex(learner) >= _applied - 16
        && _raft.LastHeard(learner) is { } heard && _now - heard < _options.Timing.Lease;

    /// <summary>
    /// As the ring says, and as its silence towards this node confirms. An agent that was restarted since may never have heard of it.
    /// </summary>
    private bool IsDead(NodeId member) => member != _options.Self
        && !(_reports.TryGetValue(member, out var last) && _now - last.At <= _options.Timing.ReportFresh)
        && (_swim.Find(member) is { } known
            ? known.Status is MemberStatus.Confirmed or MemberStatus.Departed
            : _now - _startedAt > _options.Timing.Lease * 10);

    private ImmutableSortedSet<NodeId> DeadMembers()
    {
        var dead = ImmutableSortedSet<NodeId>.Empty;
        foreach (var (member, _) in _state.Members)
        {
            dead = IsDead(member) ? dead.Add(member) : dead;
        }

        return dead;
    }

    private readonly SortedDictionary<NodeId, Instant> _deadSince = [];

    /// <summary>Dead for so long that a vote is better given to somebody else.</summary>
    private ImmutableSortedSet<NodeId> LongDeadMembers()
    {
        var dead = DeadMembers();
        foreach (var back in _deadSince.Keys.Except(dead).ToList())
        {
            _ = _deadSince.Remove(back);
        }

        foreach (var member in dead)
        {
            _ = _deadSince.TryAdd(member, _now);
        }

        return _deadSince.Count == 0 ? [] : [.. _deadSince.Where(d => _now - d.Value > _options.Timing.Lease * _options.DeadForLong).Select(d => d.Key)];
    }

    private bool ProposeVoters(VoterChange change)
    {
        if (_raft!.ProposeConfiguration(_now, new RaftConfiguration(change.Voters, change.Learners)) != ProposeOutcome.Accepted)
        {
            return false;
        }

        _proposedIndex = _raft.LastIndex;
        _out.Event("voters", change.Why.Text);
        return true;
    }

    private void NoteStuckDeparture()
    {
        var stuck = _decision.Reasons.Any(r => r.Code is "leaving-waits" or "voters-wait") && _state.Leaving is not null;
        _leavingStuckSince = stuck ? _leavingStuckSince ?? _now : null;
    }
}
