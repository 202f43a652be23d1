namespace MySqlHa.Cluster;

/// <summary>All times of the protocol, derived from one: the lease.</summary>
public sealed record Timing
{
    /// <summary>
    /// How long a leader may believe in itself without hearing from a majority. 0.3 s to 60 s. Shorter fails over sooner
    /// and forgives less: it must be longer than the longest pause of a healthy machine.
    /// </summary>
    public required TimeSpan Lease { get; init; }

    /// <summary>Below it an ordinary pause of a healthy machine looks like death.</summary>
    public static TimeSpan ShortestLease { get; } = TimeSpan.FromSeconds(0.3);

    /// <summary>Longer, and nobody calls it failover.</summary>
    public static TimeSpan LongestLease { get; } = TimeSpan.FromSeconds(60);

    /// <summary>The largest difference of a clock's rate from true time, as a share: 0 to 0.1.</summary>
    public double ClockDrift { get; init; } = 0.01;

    /// <summary>How often a leader asks for its lease, a controller shows itself and a member reports.</summary>
    public TimeSpan Heartbeat => Lease / 5;

    /// <summary>
    /// A new controller must be found, and must answer, while the lease that the old one gave still runs:
    /// else losing the controller would cost the leader its epoch. Hence well under one lease.
    /// </summary>
    public TimeSpan ElectionMin => Lease * 0.45;

    public TimeSpan ElectionMax => Lease * 0.75;

    /// <summary>The leader's own view of its lease: slow clocks must not make it longer than the controller counts.</summary>
    public TimeSpan LeaseOfLeader => Lease * (1 - ClockDrift);

    /// <summary>The controller's view of the same lease.</summary>
    public TimeSpan LeaseOfController => Lease * (1 + ClockDrift);

    /// <summary>Behind the end of its lease a leader's agent has this long to kill mysqld itself; then the guard does.</summary>
    public TimeSpan GuardMargin => Lease / 40;

    /// <summary>
    /// The controller's view of it: the next leader gets no lease before. Twice as long: a guard may be woken a little late, and clocks differ.
    /// </summary>
    public TimeSpan GuardMarginOfController => Lease / 20;

    /// <summary>A guard without a sign of life for this long is missing.</summary>
    public TimeSpan Unguarded => Lease * 3;

    /// <summary>How long the agent of a leader may be away when it said so before: a restart on purpose.</summary>
    public TimeSpan Rest => Lease * RestLeases;

    /// <summary>1 to 20.</summary>
    public int RestLeases { get; init; } = 10;

    /// <summary>Behind a hand-over a commit is overdue after this; then the old leader follows at once, and acknowledges it.</summary>
    public TimeSpan FirstCommit => Lease / 4;

    /// <summary>How often a running mysqld is looked at.</summary>
    public TimeSpan Probe => Lease / 5;

    /// <summary>The same while others wait for what the next look tells: a change of leader.</summary>
    public TimeSpan ProbeInHaste => Lease / 100;

    /// <summary>The same while followers get into place for a switchover: clients write on, and looks cost them something.</summary>
    public TimeSpan ProbeWhilePlacing => Lease / 25;

    /// <summary>
    /// How long clients may begin to log in with the next leader while the old one serves on. On a busy host of two cores a client needed
    /// up to 0.05 s to connect anew with TLS; far networks have longer leases too.
    /// </summary>
    public TimeSpan Notice => Lease / 16;

    /// <summary>
    /// How long a leader that hands over waits for the others to say that they know: one way each on their network, and no time that
    /// anybody would notice where one of them is gone.
    /// </summary>
    public TimeSpan LastMoment => Lease / 200;

    /// <summary>A probe without an answer for this long means that mysqld hangs.</summary>
    public TimeSpan Hung => Lease * 2;

    /// <summary>A report older than this says nothing.</summary>
    public TimeSpan ReportFresh => Lease * 1.5;

    public static Timing Fast { get; } = new() { Lease = TimeSpan.FromSeconds(0.5) };

    public static Timing Lan { get; } = new() { Lease = TimeSpan.FromSeconds(1) };

    public static Timing Balanced { get; } = new() { Lease = TimeSpan.FromSeconds(3) };

    public static Timing Wan { get; } = new() { Lease = TimeSpan.FromSeconds(10) };
}
