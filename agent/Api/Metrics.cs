using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// The view as metrics. States are numbers by mappings that are frozen once published, whatever becomes of the enums; each HELP
/// names its mapping.
/// </summary>
internal static class Metrics
{
    /// <param name="leaseLeft">Of this node's lease, by the clock; zero or less: none.</param>
    /// <param name="lease">A lease's length.</param>
    public static string Of(ClusterView view, TimeSpan leaseLeft, TimeSpan lease)
    {
        var text = new MetricsText();
        Node(text, view, leaseLeft);
        text.Gauge("mysqlha_lease_length_seconds", "How long a lease is when it is given.", lease.TotalSeconds);
        Cluster(text, view);
        Outlook(text, view);
        Members(text, view);
        ChangeMetrics.Write(text, view);
        if (view.Proxy is { } proxy)
        {
            Proxy(text, proxy);
        }

        text.Counters(
            "mysqlha_events_total",
            "What this agent counted since its start, by event.",
            view.Counters.Select(c => (Labels: new[] { ("event", c.Key) }, (double?)c.Value)));
        ProcessMetrics.Write(text);
        return text.ToString();
    }

    public static int Number(ElectionStatus status) => status switch
    {
        ElectionStatus.None => 0,
        ElectionStatus.Running => 1,
        ElectionStatus.NoQuorum => 2,
        ElectionStatus.Finished => 3,
        _ => -1,
    };

    public static int Number(MemberRole role) => role switch
    {
        MemberRole.None => 0,
        MemberRole.Leader => 1,
        MemberRole.Follower => 2,
        _ => -1,
    };

    /// <summary>As the exit codes of Habitat's health-check hook.</summary>
    public static int Number(MemberHealth health) => health switch
    {
        MemberHealth.Ok => 0,
        MemberHealth.Warning => 1,
        MemberHealth.Critical => 2,
        MemberHealth.Unknown => 3,
        _ => -1,
    };

    public static int Number(MemberLiveness liveness) => liveness switch
    {
        MemberLiveness.Alive => 0,
        MemberLiveness.Suspect => 1,
        MemberLiveness.Confirmed => 2,
        MemberLiveness.Departed => 3,
        _ => -1,
    };

    public static int Number(MysqldState state) => state switch
    {
        MysqldState.Unknown => 0,
        MysqldState.Absent => 1,
        MysqldState.Initialising => 2,
        MysqldState.Starting => 3,
        MysqldState.Running => 4,
        MysqldState.Cloning => 5,
        MysqldState.Stopping => 6,
        MysqldState.Stopped => 7,
        MysqldState.Hung => 8,
        _ => -1,
    };

    private static void Node(MetricsText text, ClusterView view, TimeSpan leaseLeft)
    {
        var me = view.Member(view.Self);
        text.Gauges("mysqlha_info", "This agent; always 1.",
        [
            ([("service_group", view.ServiceGroup.ToString()), ("member_id", view.Self.Hex), ("cluster_id", view.ClusterId),
                ("version", me?.AgentVersion ?? ""), ("mysql_version", me?.MysqlVersion ?? "")], 1),
        ]);
        text.Gauge("mysqlha_healthy", "1 while /health answers 200.", NodeDuty.AgainstHealth(view, leaseLeft).IsEmpty ? 1 : 0);
        text.Gauge("mysqlha_leader", "1 while /leader answers 200.", NodeDuty.AgainstLeader(view, leaseLeft).IsEmpty ? 1 : 0);
        text.Gauge("mysqlha_lease_seconds", "Seconds left of this node's lease; 0: none.", Math.Max(0, leaseLeft.TotalSeconds));
        text.Gauge("mysqlha_raft_term", "Term of the Raft log.", view.Term);
        text.Gauge("mysqlha_raft_leader", "1 on Raft's leader, the controller.", view.Controller == view.Self ? 1 : 0);
        text.Gauge("mysqlha_raft_commit_index", "Last log entry known to be committed.", view.CommitIndex);
        text.Gauge("mysqlha_raft_applied_index", "Last log entry applied on this node.", view.AppliedIndex);
    }

    private static void Cluster(MetricsText text, ClusterView view)
    {
        text.Gauge(
            "mysqlha_election_status",
            "Election of the service group: 0 none, 1 running, 2 no quorum, 3 finished.",
            Number(view.Election));
        text.Gauge("mysqlha_epoch", "Number of the current epoch; 0: none yet.", view.Epoch);
        text.Gauge("mysqlha_epoch_open", "1 while the current epoch is open.", view.EpochOpen ? 1 : 0);
        text.Gauge(
            "mysqlha_epoch_established",
            "1 once the epoch's leader has proved that its commits are acknowledged.",
            view.Established ? 1 : 0);
        text.Gauge("mysqlha_leader_writable", "1 while the leader reports itself writable.", view.LeaderWritable ? 1 : 0);
        text.Gauge("mysqlha_ackers", "Members whose acknowledgement may complete a commit.", view.Ackers.Length);
        text.Gauge("mysqlha_acks_needed", "Acknowledgements that a commit needs.", view.AcksNeeded);
        text.Gauge("mysqlha_paused", "1 while automatic failover is paused.", view.Paused ? 1 : 0);
        text.Gauge(
            "mysqlha_archived_transactions",
            "Transactions archived and undone in all epochs this node remembers.",
            view.History.Sum(e => e.Archived.Sum(a => (double)a.Transactions.Count)));
    }

    /// <summary>What would be if the leader were lost now, and why things are as they are.</summary>
    private static void Outlook(MetricsText text, ClusterView view)
    {
        // Of a node that is alone on purpose they would be an alarm for ever.
        if (view is { Explanation: { } outlook, Standalone: false })
        {
            text.Gauge("mysqlha_failover_possible", "1 while another node would lead without a human.", outlook.FailoverPossible ? 1 : 0);
            text.Gauge("mysqlha_promises_needed", "Promises that the next leader needs.", outlook.PromisesNeeded);
            text.Gauge("mysqlha_promises_possible", "Promises that could be had if the leader were lost now.", outlook.PromisesPossible);
        }

        text.Gauges("mysqlha_reason", "Why things are as they are, by code; 1 while it holds.", view.Reasons.Select(r => r.Code).Distinct()
            .Select(code => (Labels: new[] { ("code", code) }, (double?)1)));
    }

    private static void Proxy(MetricsText text, ProxyView proxy)
    {
        ((string, string)[] Labels, double? Value) Of(string port, long value) => ([("port", port)], value);
        void Count(string name, string help, long value) => text.Counters($"mysqlha_proxy_{name}_total", help, [([], value)]);

        text.Gauges("mysqlha_proxy_clients", "Clients connected to this node's proxy now, by port.",
            [Of("read-write", proxy.ReadWrite.Clients), Of("read-only", proxy.ReadOnly.Clients)]);
        text.Gauge("mysqlha_proxy_max_clients", "Clients that the proxy takes, of both ports together.", proxy.MaxConnections);
        text.Counters("mysqlha_proxy_accepted_total", "Clients that came, by port.",
            [Of("read-write", proxy.ReadWrite.Accepted), Of("read-only", proxy.ReadOnly.Accepted)]);
        Count("waited", "Clients that had to wait for a server.", proxy.Waited);
        Count("waited_in_vain", "Clients that waited and were told that there is no server for them.", proxy.WaitedInVain);
        Count("turned_away", "Clients refused at once: too many were connected, or waited.", proxy.TurnedAway);
        Count("closed_by_epoch", "Connections closed because the leader's epoch was over.", proxy.ClosedByEpoch);
        Count("closed_by_serving", "Connections of readers closed because their server served no more.", proxy.ClosedByServing);
        Count("connect_failed", "Servers that did not take a connection.", proxy.ConnectFailed);
        Count("bytes", "Bytes carried, both ways.", proxy.Bytes);
    }

    private static void Members(MetricsText text, ClusterView view)
    {
        (string, string)[] LabelsOf(MemberView m) => [("member", m.Name), ("member_id", m.Id.Hex), ("address", m.Address.Host)];
        void Each(string name, string help, Func<MemberView, double?> value) =>
            text.Gauges($"mysqlha_member_{name}", help, view.Members.Select(m => (LabelsOf(m), value(m))));

        Each("role", "0 none, 1 leader, 2 follower.", m => Number(m.Role));
        Each("health", "0 ok, 1 warning, 2 critical, 3 unknown.", m => Number(m.Health));
        Each("liveness", "0 alive, 1 suspect, 2 confirmed dead, 3 departed.", m => Number(m.Liveness));
        Each(
            "mysqld_state",
            "0 unknown, 1 absent, 2 initialising, 3 starting, 4 running, 5 cloning, 6 stopping, 7 stopped, 8 hung.",
            m => Number(m.Mysqld));
        Each("epoch", "Epoch whose leader the member follows or is; 0: none.", m => m.Epoch);
        Each("writable", "1 while the member takes writes.", m => m.Writable ? 1 : 0);
        Each("acker", "1 if its acknowledgement may complete a commit.", m => m.Acker ? 1 : 0);
        Each("receiver_running", "1 while it receives from the leader.", m => m.ReceiverRunning ? 1 : 0);
        Each("applier_running", "1 while it applies what it received.", m => m.ApplierRunning ? 1 : 0);
        Each("lag_seconds", "Seconds between a commit's birth and its application; missing: unknown.", m => m.LagSeconds);
        Each("report_age_seconds", "Age of the member's last report; missing: it never reported to this node.", m => m.ReportAgeSeconds);
        Each("gtids_missing", "Transactions of the leader that it has not received; missing: unknown.", m => GtidGap.Of(view, m)?.Missing);
        Each("gtids_behind", "Transactions of the leader that it has not applied; missing: unknown.", m => GtidGap.Of(view, m)?.Behind);
        Each("problems", "Problems the member reports.", m => m.Problems.Length);
        Each("voter", "1 if it votes.", m => m.Voter ? 1 : 0);
        text.Gauges(
            "mysqlha_member_problem",
            "Each problem that the member reports, by code; 1 while it does.",
            from m in view.Members
            from code in m.Problems.Select(p => p.Code).Distinct()
            select (Labels: LabelsOf(m).Append(("code", code)).ToArray(), (double?)1));
    }
}
