namespace MySqlHa.Infra.Plan;

/// <summary>What systemd is told.</summary>
public static class Units
{
    /// <summary>
    /// The agent. Only it is stopped with its unit (KillMode=process): its mysqld lives on and is taken over by the next agent. A
    /// private /tmp would take mysqld's away with the agent. Without the data volume no agent
    /// starts: it would take itself for a new node. On the way to a power-off a leader hands over first.
    /// </summary>
    public static string Agent(ClusterPlan plan) =>
        $"""
        [Unit]
        Description=MySqlHaStack agent ({plan.ServiceGroup})
        Wants=network-online.target mysqlha-fence.service mysqlha-guard.service
        After=network-online.target mysqlha-fence.service mysqlha-guard.service
        RequiresMountsFor={Paths.Data}
        StartLimitIntervalSec=0

        [Service]
        Type=exec
        User=mysqlha
        Group=mysqlha
        ExecStartPre=/usr/bin/mountpoint -q {Paths.Data}
        ExecStart={Paths.Current}/mysqlha agent --config /etc/mysqlha/agent.yaml
        ExecStop=-/opt/mysqlha/hand-over
        KillMode=process
        TimeoutStopSec=60
        Restart=always
        RestartSec=1
        LimitNOFILE=1048576
        LimitCORE=0
        OOMScoreAdjust=-600
        UMask=0077
        NoNewPrivileges=yes
        ProtectSystem=full
        ProtectHome=yes

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>
    /// The guard, which ends a mysqld whose agent does not say in time that it may go on. It holds nothing that its own end would take
    /// along, so a release begins with it, and systemd has it back at once whatever becomes of it. The machine stops it after the agent.
    /// </summary>
    public const string Guard =
        $"""
        [Unit]
        Description=Ends a mysqld whose agent is frozen or gone
        Before=mysqlha.service
        After=mysqlha-fence.service
        RequiresMountsFor={Paths.Data}
        StartLimitIntervalSec=0

        [Service]
        Type=exec
        User=mysqlha
        Group=mysqlha
        ExecStartPre=/usr/bin/mountpoint -q {Paths.Data}
        ExecStart={Paths.Current}/mysqlha guard --data {Paths.Data}
        Restart=always
        RestartSec=100ms
        Nice=-10
        LimitCORE=0
        OOMScoreAdjust=-900
        UMask=0077
        NoNewPrivileges=yes
        ProtectSystem=full
        ProtectHome=yes

        [Install]
        WantedBy=multi-user.target

        """;

    /// <summary>
    /// At a power-off systemd sends SIGTERM to whatever still runs. A mysqld that gets it tells waiting clients that their commits are
    /// done, though no follower has them. So this unit, which stops after the agent and only when the machine does, kills mysqld first.
    /// </summary>
    public const string Fence =
        $"""
        [Unit]
        Description=Ends mysqld by SIGKILL before the machine stops
        Before=mysqlha.service
        RequiresMountsFor={Paths.Data}

        [Service]
        Type=oneshot
        RemainAfterExit=yes
        ExecStart=/bin/true
        ExecStop=/opt/mysqlha/fence

        [Install]
        WantedBy=multi-user.target

        """;
}
