using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// Times and sizes of the gossip, all derived from the lease L by <see cref="From"/>. With them a dead member of a ring of
/// three is confirmed after about 3 L, at most 4 L where nothing else is wrong:
/// up to 3 periods until a survivor probes it (each visits its two peers in random order, so twice in a row at the two ends of
/// two rounds, at most 3 apart), 1 period for the probe to fail, 4 periods (SuspicionMult) to object: 8 × L/2 = 4 L; with two survivors the
/// first
/// probe comes after 0.7 periods in the mean, hence 2.9 L.
/// </summary>
public sealed record SwimOptions
{
    /// <summary>
    /// One member is probed each period. Default L/2. Shorter finds the dead sooner and costs a ping and an answer (about 600 bytes each)
    /// more
    /// per member; at least twice <see cref="ProbeTimeout"/>.
    /// </summary>
    public required TimeSpan Period { get; init; }

    /// <summary>
    /// How long a direct answer may take before others are asked to try. Default L/5. Shorter asks needlessly on a slow network
    /// (three more datagrams); longer leaves the others less than Period − ProbeTimeout. Above the round trip of nearly all packets.
    /// </summary>
    public required TimeSpan ProbeTimeout { get; init; }

    /// <summary>
    /// How often news is pushed while there is any, beside what rides on probes. Default L/10. Shorter spreads sooner; it costs
    /// <see cref="Fanout"/> datagrams each, none when there is no news.
    /// </summary>
    public required TimeSpan GossipPeriod { get; init; }

    /// <summary>
    /// How often one confirmed member and one seed that is not in the ring are asked whether they are back. Default L. This is
    /// what joins the halves of a healed partition; it costs two datagrams each time there is somebody to ask.
    /// </summary>
    public required TimeSpan RejoinPeriod { get; init; }

    /// <summary>
    /// How often tables are compared with a random member's over tcp, which repairs whatever gossip missed. Default 10 L,
    /// × ceil(log2(n/32) + 1) above 32 members; there sooner behind one that found a difference. It costs about one byte a member where both hold the same; what differs comes in
    /// parts of about 16 records, 200 bytes each.
    /// </summary>
    public required TimeSpan ExchangePeriod { get; init; }

    /// <summary>
    /// Members asked to probe in this one's stead. 1 to 16. More survive more loss between here and there, and cost two datagrams each per
    /// failing probe.
    /// </summary>
    public int IndirectProbes { get; init; } = 3;

    /// <summary>Members told at each gossip. 1 to 16.</summary>
    public int Fanout { get; init; } = 3;

    /// <summary>
    /// Shortest time to object: SuspicionMult × max(1, log10 n) × Period; reached when SuspicionMult − 2 others found the same (at
    /// once in rings too small for that). 2 to 20. Smaller confirms sooner and forgives shorter pauses.
    /// </summary>
    public int SuspicionMult { get; init; } = 4;

    /// <summary>
    /// Longest time to object, while nobody else finds the same, in shortest times. 1 to 20. Larger protects from one slow accuser.
    /// </summary>
    public int SuspicionMaxMult { get; init; } = 6;

    /// <summary>
    /// Each piece of news is sent RetransmitMult × ceil(log10(n + 1)) times by each member. 1 to 20. Larger reaches more of a lossy ring
    /// before the exchange must.
    /// </summary>
    public int RetransmitMult { get; init; } = 4;

    /// <summary>
    /// Lifeguard's local health: 0 (well) to this; probes are made (score + 1) times slower. 0 to 16. Larger accuses less when this node
    /// itself is slow.
    /// </summary>
    public int MaxHealthScore { get; init; } = 8;

    /// <summary>
    /// Longest encoded message. 1100 (two largest records and a head) to 60000. Keep it under the path's MTU: a fragment lost loses the
    /// whole.
    /// </summary>
    public int MaxDatagramBytes { get; init; } = 1200;

    /// <summary>
    /// A member confirmed for this long counts as departed, and is forgotten after as long again. Default 3 days. Shorter than an outage
    /// that a member comes back from costs it nothing but its line in the census.
    /// </summary>
    public TimeSpan DepartedAfter { get; init; } = TimeSpan.FromDays(3);

    /// <summary>A deliberate mistake, for tests that show that the checkers find it.</summary>
    internal SwimFault Fault { get; init; }

    public static SwimOptions From(Timing timing) => new()
    {
        Period = timing.Lease / 2,
        ProbeTimeout = timing.Lease / 5,
        GossipPeriod = timing.Lease / 10,
        RejoinPeriod = timing.Lease,
        ExchangePeriod = timing.Lease * 10,
    };

    /// <summary>Shortest time that a suspect has to object in a ring of <paramref name="members"/>.</summary>
    public TimeSpan SuspicionMin(int members) => Period * (SuspicionMult * Math.Max(1, Math.Log10(Math.Max(1, members))));

    /// <summary>How often one member sends one piece of news.</summary>
    public int Transmissions(int members) => RetransmitMult * (int)Math.Ceiling(Math.Log10(members + 1));

    /// <summary>These options; throws <see cref="ArgumentException"/> naming the first key whose value is not allowed.</summary>
    public SwimOptions Validated()
    {
        Positive(nameof(ProbeTimeout), ProbeTimeout);
        Positive(nameof(GossipPeriod), GossipPeriod);
        Require(ProbeTimeout * 2 <= Period, nameof(Period), Period, $"must be at least twice the probe timeout of {ProbeTimeout}");
        Require(GossipPeriod <= Period, nameof(GossipPeriod), GossipPeriod, $"must be at most the period of {Period}");
        Require(RejoinPeriod >= Period, nameof(RejoinPeriod), RejoinPeriod, $"must be at least the period of {Period}");
        Require(ExchangePeriod >= Period, nameof(ExchangePeriod), ExchangePeriod, $"must be at least the period of {Period}");
        Within(nameof(IndirectProbes), IndirectProbes, 1, 16);
        Within(nameof(Fanout), Fanout, 1, 16);
        Within(nameof(SuspicionMult), SuspicionMult, 2, 20);
        Within(nameof(SuspicionMaxMult), SuspicionMaxMult, 1, 20);
        Within(nameof(RetransmitMult), RetransmitMult, 1, 20);
        Within(nameof(MaxHealthScore), MaxHealthScore, 0, 16);
        Within(nameof(MaxDatagramBytes), MaxDatagramBytes, 1100, 60000);
        var longest = SuspicionMin(MemberLimits.Members) * SuspicionMaxMult;
        Require(DepartedAfter > longest, nameof(DepartedAfter), DepartedAfter, $"must be longer than the longest suspicion, {longest}");
        return this;
    }

    private static void Positive(string key, TimeSpan value) =>
        Require(value > TimeSpan.Zero, key, value, "must be longer than zero");

    private static void Within(string key, int value, int least, int most) =>
        Require(value >= least && value <= most, key, value, $"must be within {least} to {most}");

    private static void Require(bool holds, string key, object value, string rule)
    {
        if (!holds)
        {
            throw new ArgumentException($"gossip.{char.ToLowerInvariant(key[0])}{key[1..]}: {value} {rule}");
        }
    }
}
