using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>From the view to the census document.</summary>
internal static class Census
{
    public static CensusDocument Of(ClusterView view) => new(
        Changed: true,
        CensusGroups: view.Groups.Where(g => g.Group != view.ServiceGroup)
            .Select(g => GroupOf(SeenByGossip(view, g)) with { KnownBy = "gossip" })
            .Prepend(GroupOf(view)).ToDictionary(g => g.ServiceGroup, g => g),
        LocalMemberId: view.Self.Hex,
        // In Habitat these count the changes of each kind of rumour; here a replicated log orders them, and its position counts.
        LastServiceCounter: view.AppliedIndex,
        LastElectionCounter: view.Epoch,
        LastElectionUpdateCounter: 0,
        LastMembershipCounter: view.AppliedIndex,
        LastServiceConfigCounter: view.AckersVersion,
        LastServiceFileCounter: 0);

    public static CensusMember MemberOf(ClusterView view, MemberView m)
    {
        var gap = GtidGap.Of(view, m);
        return new CensusMember
        {
            MemberId = m.Id.Hex,
            Pkg = PackageOf(m),
            Package = string.Join('/', "mysqlha", "mysql", m.MysqlVersion, m.AgentVersion),
            Group = view.ServiceGroup.Group,
            Persistent = m.Voter,
            Leader = m.Role == MemberRole.Leader,
            Follower = m.Role == MemberRole.Follower,
            ElectionIsRunning = view.Election == ElectionStatus.Running,
            ElectionIsNoQuorum = view.Election == ElectionStatus.NoQuorum,
            ElectionIsFinished = view.Election == ElectionStatus.Finished,
            Sys = new CensusSystem(m.Address.Host, m.Name, m.Address.Host, m.Address.RingPort, m.Address.Host, m.Address.HttpPort),
            Alive = m.Liveness == MemberLiveness.Alive,
            Suspect = m.Liveness == MemberLiveness.Suspect,
            Confirmed = m.Liveness == MemberLiveness.Confirmed,
            Departed = m.Liveness == MemberLiveness.Departed,
            Cfg = new CensusExports(m.Address.MysqlPort, m.ServerUuid),
            Number = m.Number,
            Name = m.Name,
            Voter = m.Voter,
            Standing = Words.Of(m.Standing),
            Health = Words.Of(m.Health),
            Mysqld = Words.Of(m.Mysqld),
            Epoch = m.Epoch,
            Writable = m.Writable,
            ReceiverRunning = m.ReceiverRunning,
            ApplierRunning = m.ApplierRunning,
            Acker = m.Acker,
            GtidExecuted = m.Executed.ToString(),
            GtidReceived = m.Received.ToString(),
            GtidsMissing = gap?.Missing,
            GtidsBehind = gap?.Behind,
            LagSeconds = m.LagSeconds,
            ReportAgeSeconds = m.ReportAgeSeconds,
            Activity = m.Activity,
            AgentVersion = m.AgentVersion,
            AgentPid = m.AgentPid,
            MysqldPid = m.MysqldPid,
            RingKeys = [.. m.RingKeys],
            Problems = ReasonDocument.Of(m.Problems),
        };
    }

    public static CensusPackage PackageOf(MemberView m) => new("mysqlha", "mysql", m.MysqlVersion, m.AgentVersion);

    private static CensusPhases PhasesOf(EpochPhases p) => new(
        Words.Of(p.Zero),
        p.Detect, p.Release, p.Close, p.Promise, p.Open, p.Apply, p.Writable, p.Established, p.Clients);

    /// <summary>Another group of the ring: what gossip does not tell is as where nothing is known.</summary>
    private static ClusterView SeenByGossip(ClusterView view, GroupView group) => new()
    {
        ServiceGroup = group.Group,
        Self = view.Self,
        ClusterId = group.Clusters.FirstOrDefault() ?? "",
        Election = group.Election,
        Epoch = group.Epoch,
        EpochOpen = group.Leader is not null,
        Leader = group.Leader,
        LeaderWritable = group.Leader is not null,
        Members =
        [
            .. group.Members.Select((m, index) => new MemberView
            {
                Number = index + 1,
                Id = m.Id,
                Name = m.Name,
                Address = m.Address,
                Liveness = m.Liveness,
                Voter = false,
                Role = m.Id == group.Leader ? MemberRole.Leader : MemberRole.None,
                AgentVersion = m.AgentVersion,
                Epoch = m.Leads,
                Writable = m.Id == group.Leader,
            }),
        ],
    };

    private static CensusGroup GroupOf(ClusterView view) => new()
    {
        ServiceGroup = view.ServiceGroup.ToString(),
        ElectionStatus = Words.OfHabitat(view.Election),
        LeaderId = view.EpochOpen ? view.Leader?.Hex : null,
        LocalMemberId = view.Self.Hex,
        Population = view.Members.ToDictionary(m => m.Id.Hex, m => MemberOf(view, m)),
        ClusterId = view.ClusterId,
        Followers = [.. view.Members.Where(m => m.Role == MemberRole.Follower).Select(m => m.Id.Hex)],
        Term = view.Term,
        ControllerId = view.Controller?.Hex,
        Epoch = view.Epoch,
        EpochOpen = view.EpochOpen,
        Established = view.Established,
        LeaderWritable = view.LeaderWritable,
        Ackers = [.. view.Ackers.Select(a => a.Hex)],
        AcksNeeded = view.AcksNeeded,
        AckersVersion = view.AckersVersion,
        VotersExpected = view.VotersExpected,
        VotersTarget = view.VotersTarget,
        Paused = view.Paused,
        Switchover = view.Switchover,
        PlannedSwitchover = view.Plan is { } plan ? new CensusPlan(plan.At, plan.To?.Hex, plan.Made) : null,
        Phases = view.History is [.., { Phases: { } phases } last] && last.Number == view.Epoch ? PhasesOf(phases) : null,
        Reasons = ReasonDocument.Of(view.Reasons),
        Archived = [.. view.History.SelectMany(e => e.Archived.Select(a =>
            new CensusArchive(a.Node.Hex, e.Number, a.Transactions.ToString(), a.Path, a.At)))],
    };
}
