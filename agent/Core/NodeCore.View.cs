using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>The picture for the faces.</summary>
public sealed partial class NodeCore
{
    /// <summary>Everything a face may show, as of the instant.</summary>
    public ClusterView View(Instant now)
    {
        var current = _state.Current;
        var open = current is { Closed: false };
        var members = MemberViews(now);
        return new ClusterView
        {
            ServiceGroup = _options.Group,
            Self = _options.Self,
            ClusterId = _local.ClusterId,
            Election = _raft is null ? ElectionStatus.None : _raft.Leader is null ? ElectionStatus.NoQuorum : open ? ElectionStatus.Finished : ElectionStatus.Running,
            Term = RaftTerm,
            Controller = _raft?.Leader,
            CommitIndex = _raft?.CommitIndex ?? 0,
            AppliedIndex = _applied,
            RaftRole = _raft is null ? "" : _raft.Role.ToString().ToLowerInvariant(),
            VotersTarget = _state.VotersTarget,
            Standalone = _options.Standalone,
            VotersExpected = _raft?.Configuration.Voters.Count ?? _options.Voters,
            Epoch = current?.Number ?? 0,
            EpochOpen = open,
            Established = current?.Established ?? false,
            Leader = open ? current!.Leader : null,
            LeaderWritable = open && members.Any(m => m.Id == current!.Leader && m is { Writable: true, Role: MemberRole.Leader }),
            Ackers = current is null ? [] : [.. current.Ackers],
            AcksNeeded = current?.AcksNeeded ?? 0,
            AckersVersion = current?.Number ?? 0,
            Paused = _state.Paused,
            Switchover = _state.Switchover is { } s ? s.Target is { } t ? Name(t) : "the best follower" : "",
            Plan = _state.Plan is { } plan
                ? new PlanView(Time(plan.At), plan.Target, Time(plan.Made), PlanPolicy.Describe(_state, plan))
                : null,
            LeaseSecondsLeft = LeaseEpoch() == 0 ? -1 : (_lease.Until - now).TotalSeconds,
            Members = members,
            Reasons = [.. ViewReasons()],
            ExplanationWhenRead = Explain(members),
            History = [.. _state.Epochs.Select(EpochViewOf)],
            Changes = _changes.Counts,
            Audit = AuditViews(),
            GroupsWhenRead = Groups(),
            Configuration = ConfigurationNow(members),
            Rolling = RollingNow(),
        };
    }

    private IEnumerable<Reason> ViewReasons()
    {
        if (_raft is null)
        {
            yield return _local.RemovedBecause.Length > 0 ? _duty : _joining ?? _founding.Waiting;
            yield break;
        }

        var current = _state.Current;
        if (_raft.Leader is null)
        {
            yield return NoQuorum();
        }
        else if (_reports.TryGetValue(_raft.Leader.Value, out var controller))
        {
            foreach (var reason in controller.Report.ControllerReasons)
            {
                yield return reason;
            }
        }

        foreach (var stranger in _swim.Members.Where(IsOfAnotherCluster))
        {
            yield return new Reason("other-cluster", OtherCluster(stranger));
        }

        // For a day; then the history alone tells.
        if (current is { PlansDropped: [.., { Cancelled: false } dropped] } && _state.Plan is null
            && _wall - dropped.When < TimeSpan.FromDays(1).TotalMilliseconds)
        {
            yield return new Reason("plan-dropped", $"{PlanPolicy.Describe(_state, dropped.Plan)} was dropped: {dropped.Reason}");
        }

        foreach (var reason in RollingReasons())
        {
            yield return reason;
        }

        if (_state.Paused)
        {
            yield return new Reason("paused", "automatic failover is paused");
        }
    }

    /// <summary>What is read later is of now, and none of it changes: another thread may read it.</summary>
    private Lazy<Explanation?> Explain(ImmutableArray<MemberView> members)
    {
        if (_raft is null || _state.ClusterId.Length == 0)
        {
            return new Lazy<Explanation?>((Explanation?)null);
        }

        var (seen, alone) = (Observe(), _raft.Leader is null ? NoQuorum() : null);
        return new Lazy<Explanation?>(() =>
        {
            var explained = Outlook.Of(seen, alone);
            var numbers = members.ToDictionary(m => m.Id, m => m.Number);
            return explained with { Members = [.. explained.Members.OrderBy(m => numbers.GetValueOrDefault(m.Id, int.MaxValue))] };
        });
    }

    private Reason NoQuorum()
    {
        var alive = _swim.Members.Count(m => m.Status == MemberStatus.Alive && _state.Members.ContainsKey(m.Id));
        return new Reason("waiting-for-quorum", $"{alive} of {_state.Members.Count}: waiting for a quorum");
    }

    /// <summary>Of the same ring and group, but of a cluster that was founded apart: neither listens to the other.</summary>
    private bool IsOfAnotherCluster(MemberRecord member) => _local.ClusterId.Length > 0 && member.Status == MemberStatus.Alive
        && IsOfThisGroup(member) && member.Facts.ClusterId.Length > 0 && member.Facts.ClusterId != _local.ClusterId;

    private string OtherCluster(MemberRecord member) =>
        $"{member.Facts.Name} ({member.Address.Host}) belongs to another cluster ({member.Facts.ClusterId}) than this node ({_local.ClusterId})";

    private ImmutableArray<MemberView> MemberViews(Instant now)
    {
        // Of nodes that are no members only those that live: a removed machine that was switched off is nobody's concern.
        var gossip = _swim.Members.Where(m => IsOfThisGroup(m)
            && (IsMember(m.Id) || m.Status is MemberStatus.Alive or MemberStatus.Suspect)).ToDictionary(m => m.Id);
        var infos = _state.Members.Values.Concat(gossip.Values.Where(g => !_state.Members.ContainsKey(g.Id)).Select(g => new MemberInfo(g.Id, g.Facts.Name, g.Address)));
        return [.. MemberOrder.ByAddress(infos).Select((info, index) => MemberViewOf(now, info, index + 1, gossip.GetValueOrDefault(info.Id)))];
    }

    private MemberView MemberViewOf(Instant now, MemberInfo info, int number, MemberRecord? gossip)
    {
        var current = _state.Current;
        var known = _reports.TryGetValue(info.Id, out var entry) ? entry.Report : null;
        var fresh = known is not null && (info.Id == _options.Self || now - entry.At <= _options.Timing.ReportFresh * 2);
        var status = fresh ? known!.Status : null;
        var inEpoch = fresh && current is { Closed: false } && known!.RoleEpoch == current.Number;
        var view = new MemberView
        {
            Number = number,
            Id = info.Id,
            Name = info.Name,
            Address = gossip?.Address ?? info.Address,
            Liveness = Liveness(info.Id, gossip),
            Voter = _raft?.Configuration.Voters.Contains(info.Id) ?? false,
            Standing = StandingOf(info.Id),
            Role = !inEpoch ? MemberRole.None : known!.Leading ? MemberRole.Leader : status?.ReceiverRunning == true ? MemberRole.Follower : MemberRole.None,
            ReportAgeSeconds = known is null ? null : (now - entry.At).TotalSeconds,
            Mysqld = fresh ? known!.Mysqld : MysqldState.Unknown,
            ServerUuid = status?.ServerUuid ?? "",
            MysqlVersion = status?.Version ?? "",
            AgentVersion = known?.AgentVersion ?? gossip?.Facts.AgentVersion ?? "",
            AgentPid = known?.AgentPid ?? 0,
            MysqldPid = known?.MysqldPid ?? 0,
            LagSeconds = known?.CatchingUp == true ? null : status?.LagSeconds,
            Executed = status?.Executed ?? GtidSet.Empty,
            Received = status?.Received ?? GtidSet.Empty,
            Epoch = fresh ? known!.RoleEpoch : 0,
            Writable = status is { Writable: true, OfflineMode: false },
            Readable = status is { OfflineMode: false },
            ReceiverRunning = status?.ReceiverRunning ?? false,
            SourceHost = status?.SourceHost ?? "",
            ApplierRunning = status?.ApplierRunning ?? false,
            Acker = current?.Ackers.Contains(info.Id) ?? false,
            Activity = fresh ? known!.Activity : "",
            Problems = [.. fresh ? known!.Problems : [], .. fresh ? LeaseProblem(known!, current) : [], .. StrangersProblem(info.Id, gossip)],
            Tags = [.. info.Tags.Words()],
            RingKeys = fresh ? known!.RingKeys : [],
            Maintenance = _state.Maintenance.TryGetValue(info.Id, out var maintenance)
                ? new MaintenanceView(Time(maintenance.Since), Time(maintenance.Until), maintenance.Reason)
                : null,
        };
        return view with { Health = known?.CatchingUp == true && view.Role == MemberRole.Follower ? MemberHealth.Warning : HealthOf(view) };
    }

    private MemberStanding StandingOf(NodeId node) =>
        _state.Leaving?.Node == node ? MemberStanding.Leaving
        : _raft?.Configuration.Voters.Contains(node) == true ? MemberStanding.Voter
        : IsMember(node) ? MemberStanding.Learner
        : _state.Removed.ContainsKey(node) || (node == _options.Self && _local.RemovedBecause.Length > 0) ? MemberStanding.Removed
        : MemberStanding.Stranger;

    private static IEnumerable<Reason> LeaseProblem(MemberReport known, EpochRecord? current)
    {
        if (known.LeaseMilliseconds is { } own && current?.LeaseMilliseconds is { } counts && own != counts)
        {
            yield return new Reason("other-lease", string.Create(
                CultureInfo.InvariantCulture, $"is configured with a lease of {own / 1000.0} s; in this epoch {counts / 1000.0} s count"));
        }
    }

    private IEnumerable<Reason> StrangersProblem(NodeId node, MemberRecord? gossip)
    {
        if (_raft is null || IsMember(node) || gossip is null)
        {
            yield break;
        }

        yield return _state.Removed.TryGetValue(node, out var removed) ? new Reason("removed", $"was removed: {removed.Reason}")
            : gossip.Facts.ClusterId.Length > 0 && gossip.Facts.ClusterId != _local.ClusterId
                ? new Reason("other-cluster", $"belongs to another cluster ({gossip.Facts.ClusterId}) and is not taken")
            : new Reason("stranger", "is in the ring and no member yet");
    }

    private MemberLiveness Liveness(NodeId node, MemberRecord? gossip) => node == _options.Self ? MemberLiveness.Alive : gossip?.Status switch
    {
        MemberStatus.Alive => MemberLiveness.Alive,
        MemberStatus.Suspect => MemberLiveness.Suspect,
        MemberStatus.Departed => MemberLiveness.Departed,
        _ => MemberLiveness.Confirmed,
    };

    private static MemberHealth HealthOf(MemberView member) => member switch
    {
        { Liveness: MemberLiveness.Confirmed or MemberLiveness.Departed } => MemberHealth.Critical,
        { Mysqld: MysqldState.Unknown } => MemberHealth.Unknown,
        { Role: MemberRole.Leader, Writable: true } => MemberHealth.Ok,
        { Role: MemberRole.Follower, ApplierRunning: true, LagSeconds: null or <= 10 } => MemberHealth.Ok,
        { Role: MemberRole.Follower } => MemberHealth.Warning,
        { Mysqld: MysqldState.Running or MysqldState.Starting or MysqldState.Cloning or MysqldState.Initialising } => MemberHealth.Warning,
        _ => MemberHealth.Critical,
    };

    private EpochView EpochViewOf(EpochRecord epoch) => new()
    {
        Number = epoch.Number,
        Leader = epoch.Leader,
        LeaderAddress = _state.Members.GetValueOrDefault(epoch.Leader)?.Address.Host ?? _state.Removed.GetValueOrDefault(epoch.Leader)?.Host ?? "",
        ServerUuid = epoch.ServerUuid,
        FirstSet = epoch.FirstSet,
        Open = !epoch.Closed,
        Established = epoch.Established,
        OpenedAt = DateTimeOffset.FromUnixTimeMilliseconds(epoch.OpenedAt),
        OpenReason = epoch.OpenReason,
        ClosedAt = epoch.ClosedAt == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(epoch.ClosedAt),
        CloseReason = epoch.CloseReason,
        Archived = epoch.Archived,
        Phases = epoch.Phases,
        PlansDropped = [.. epoch.PlansDropped.Select(d =>
            new DroppedPlanView(Time(d.Plan.At), d.Plan.Target, Time(d.When), d.Reason, d.Cancelled, PlanPolicy.Describe(_state, d.Plan)))],
    };

    private static DateTimeOffset Time(long unixMilliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(unixMilliseconds);
}
