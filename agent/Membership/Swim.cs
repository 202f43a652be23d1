using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// Who is in the ring, by gossip: SWIM with Lifeguard, as a pure state machine. The caller steps it on each message and ticks it at
/// <see cref="NextDeadline"/>, then does what <see cref="TakeOutput"/> says. Calls with a time before the last one count as at the last
/// one.
/// </summary>
/// <remarks>
/// Deadlines count the time that this node was awake: when a step comes later than one probe timeout after the deadline, the
/// node slept (a stopped process, a frozen machine), the answers of the others wait unread, and its own silence is not theirs.
/// </remarks>
public sealed class Swim
{
    /// <summary>So many strangers at once are met one by one, as news.</summary>
    private const int Crowd = 32;

    private readonly SwimOptions _options;
    private readonly Random _random;
    private readonly RumourQueue _rumours = new();
    private readonly List<MemberChange> _changes = [];
    private readonly SortedSet<(string Host, int Port)> _seeds = [];
    private readonly LocalHealth _health;
    private readonly Oneself _oneself;
    private readonly MemberTable _table;
    private readonly Outbox _outbox;
    private readonly Prober _prober;
    private readonly Relays _relays;

    /// <summary>Awake time: what the caller calls now, less <see cref="_slept"/>.</summary>
    private Instant _now;
    private TimeSpan _slept;
    private Instant _nextGossip;
    private Instant _nextRejoin;
    private Instant _nextExchange;
    private TimeSpan _pace; // of comparisons: doubles from where one found a difference, up to the longest
    private Instant _nextMeeting;
    private Instant _nextSweep;
    private (long Version, int Seeds, ImmutableArray<(string Host, int Port)> Missing) _missing = (-1, 0, []);

    /// <param name="self">This node, alive; incarnation 0 will do after a restart as well. <see cref="ArgumentException"/> where a part of
    /// it is not allowed.</param>
    public Swim(MemberRecord self, SwimOptions options, Random random, Instant now)
    {
        Check(MemberLimits.Problem(self), nameof(self));
        Check(self.Status == MemberStatus.Alive ? null : $"status {self.Status} is not alive", nameof(self));
        (_options, _random, _now) = (options.Validated(), random, now);
        _health = new LocalHealth(options.MaxHealthScore);
        _oneself = new Oneself(self, options, _rumours, _changes);
        _table = new MemberTable(_oneself, options, _rumours, _changes);
        _outbox = new Outbox(_oneself, _table, _rumours, options);
        _relays = new Relays(_outbox, options);

        // A random beginning: rings whose nodes start together do not probe in step.
        _prober = new Prober(_table, _outbox, _health, options, random, now + (options.Period * random.NextDouble()));
        (_nextGossip, _nextRejoin, _nextSweep) = (now + options.GossipPeriod, now, now + options.Period);
        (_nextExchange, _pace) = (now + (options.ExchangePeriod * (0.5 + random.NextDouble())), TimeSpan.FromDays(1));
        _rumours.Add(_oneself.Update);
    }

    /// <summary>All that is held, this node included, sorted by id.</summary>
    public IReadOnlyCollection<MemberRecord> Members => _table.All;

    public MemberRecord Self => _oneself.Record;

    /// <summary>Null: nothing is known of it.</summary>
    public MemberRecord? Find(NodeId id) => id == _oneself.Id ? _oneself.Record : _table.Find(id)?.Record;

    /// <summary>Lifeguard's local health: 0 is well, <see cref="SwimOptions.MaxHealthScore"/> worst.</summary>
    public int HealthScore => _health.Score;

    /// <summary>When <see cref="Tick"/> wants to be called next.</summary>
    public Instant NextDeadline => NextAwake + _slept;

    /// <summary>
    /// Not before the last step: what fell due by that step itself (news, an accusation that shortens a suspicion) is not late.
    /// </summary>
    private Instant NextAwake
    {
        get
        {
            var next = Instant.Earlier(_relays.NextDeadline, _rumours.IsEmpty || _table.Size == 1 ? Instant.Never : _nextGossip);
            if (!_oneself.HasLeft)
            {
                next = Earliest(next, _prober.NextDeadline, _table.NextSuspicionEnd, _nextRejoin, _nextExchange, _nextSweep);
            }

            return Instant.Later(next, _now);
        }
    }

    /// <summary>
    /// Addresses to find the ring by; asked until somebody there is in the ring, and again whenever nobody is. At most 256;
    /// <see cref="ArgumentException"/> for an address that is none.
    /// </summary>
    public void AddSeeds(IEnumerable<(string Host, int Port)> seeds)
    {
        foreach (var seed in seeds)
        {
            Check(MemberLimits.ProblemOfHost(seed.Host) ?? MemberLimits.ProblemOfPort("port", seed.Port), nameof(seeds));
            var full = _seeds.Count == MemberLimits.Seeds && !_seeds.Contains(seed);
            Check(full ? $"more than {MemberLimits.Seeds} seeds" : null, nameof(seeds));
            _ = _seeds.Add(seed);
        }

        _nextRejoin = _now;
    }

    /// <summary>One ping to an address of which nothing is known: an agent of this ring there hears of it, and answers.</summary>
    public void Greet(Instant now, (string Host, int Port) address)
    {
        Check(MemberLimits.ProblemOfHost(address.Host) ?? MemberLimits.ProblemOfPort("port", address.Port), nameof(address));
        Wake(now);
        if (!_oneself.HasLeft)
        {
            _outbox.PingAddress(address);
        }
    }

    public void Tick(Instant now)
    {
        Wake(now);
        _relays.Tick(_now);
        if (!_oneself.HasLeft)
        {
            _table.EndSuspicions(_now);
            _prober.Tick(_now);
            Rejoin();
            ExchangeWithSomebody();
            if (_nextSweep <= _now)
            {
                _nextSweep = _now + _options.Period;
                _table.Sweep(_now);
            }
        }

        Gossip();
    }

    public void StepDatagram(Instant now, (string Host, int Port) from, GossipMessage message)
    {
        Wake(now);
        var knew = _table.Find(message.Sender) is { IsLiving: true };
        foreach (var update in message.Updates)
        {
            Hear(update);
        }

        if (message.Sender == _oneself.Id || MemberLimits.ProblemOfHost(from.Host) is not null)
        {
            return; // its own words, come back by a seed's address; or those of a node with its id, heard above
        }

        switch (message)
        {
            case Ping ping:
                _outbox.Ack(from, ping, ping.Updates.FirstOrDefault(u => u.Record.Id == ping.Sender)?.Record);
                break;
            case Ack ack:
                _prober.HearAck(ack);
                _relays.HearAck(ack);
                break;
            case Nack nack:
                _prober.HearNack(nack);
                break;
            case PingRequest request when request.Target != _oneself.Id:
                _relays.Begin(_now, from, request);
                break;
            default:
                break; // News is heard above.
        }

        // Somebody new, or back from the dead, has a table of its own: the halves of a healed ring meet here. One each
        // period will do: when hundreds meet, tables of hundreds from each of them would say the same.
        if (!knew && !_oneself.HasLeft && _nextMeeting <= _now && _table.Find(message.Sender) is { IsLiving: true })
        {
            _nextMeeting = _now + _options.Period;
            _outbox.Compare(message.Sender);
        }
    }

    /// <param name="from">Who is at the other end of the connection.</param>
    public void StepExchange(Instant now, NodeId from, StateExchange message)
    {
        Wake(now);

        // To who comes alone to a large ring everybody is new. That is no news to the ring, and telling it would take minutes.
        var strangers = message.Members.Count(m => Find(m.Id) is null);
        var news = strangers <= Crowd || strangers <= _table.Size;
        var held = _table.Version;
        foreach (var record in message.Members)
        {
            Hear(new MemberUpdate(record, record.Status is MemberStatus.Alive ? record.Id : from), news);
        }

        if (from == _oneself.Id)
        {
            return;
        }

        var differs = _table.Version != held || message.Kind == ExchangeKind.Difference;
        switch (message.Kind)
        {
            case ExchangeKind.Offer:
                _outbox.Answer(from);
                break;
            case ExchangeKind.Compare:
                differs |= _outbox.Difference(from, message.Sums);
                break;
            case ExchangeKind.Difference:
                _outbox.Rest(from, message);
                break;
            default:
                break; // An answer was heard above.
        }

        // Gossip missed something, and so perhaps more: a large ring whose members come by the hundred meets in seconds by this.
        if (differs && _table.Size > Crowd)
        {
            _pace = _options.RejoinPeriod;
            _nextExchange = Instant.Earlier(_nextExchange, _now + _pace);
        }
    }

    /// <summary>Says something new of this node. <see cref="ArgumentException"/> where a fact is not allowed.</summary>
    public void SetFacts(Instant now, MemberFacts facts)
    {
        Check(MemberLimits.Problem(facts), nameof(facts));
        Wake(now);
        _oneself.Say(facts);
        _table.OneselfChanged();
    }

    /// <summary>
    /// Leaves the ring for good: the others hold this node departed until a later life of it says otherwise. It probes nobody any more and
    /// still answers.
    /// </summary>
    public void Leave(Instant now)
    {
        Wake(now);
        _oneself.Leave();
        _table.OneselfChanged();
        _nextGossip = _now; // The process may end soon.
        Gossip();
    }

    /// <summary>All that is due since the last call.</summary>
    public SwimOutput TakeOutput() => _outbox.Take(_changes);

    private void Hear(MemberUpdate update, bool news = true)
    {
        if (update.Record.Id != _oneself.Id)
        {
            _table.Hear(_now, update, news);
            return;
        }

        if (_oneself.Hear(update))
        {
            _health.Worse(1);
        }

        _table.OneselfChanged();
    }

    private void Gossip()
    {
        var living = _table.Living;
        if (_nextGossip > _now || _rumours.IsEmpty || living.Count == 0)
        {
            return;
        }

        _nextGossip = _now + _options.GossipPeriod;
        for (var told = 0; told < Math.Min(_options.Fanout, living.Count); told++)
        {
            _outbox.News(living[_random.Next(living.Count)]);
        }
    }

    private void Rejoin()
    {
        if (_nextRejoin > _now)
        {
            return;
        }

        _nextRejoin = _now + _options.RejoinPeriod;
        if (_options.Fault == SwimFault.NoRejoin && _table.KnowsOthers)
        {
            return;
        }

        var confirmed = _table.Gone.Where(m => m.Record.Status == MemberStatus.Confirmed).Select(m => m.Record).ToImmutableArray();
        if (!confirmed.IsEmpty)
        {
            _outbox.Ping(confirmed[_random.Next(confirmed.Length)], _outbox.NextSequence());
        }

        var missing = MissingSeeds();
        _random.Shuffle(missing);

        // Alone, all are asked; else one, so that rings which never met find each other too.
        foreach (var seed in missing.Take(_table.Living.Count == 0 ? MemberLimits.Seeds : 1))
        {
            _outbox.PingAddress(seed);
        }
    }

    /// <summary>Seeds at which nobody living is known. In a ring at rest this looks through no table.</summary>
    private (string Host, int Port)[] MissingSeeds()
    {
        if (_missing.Version != _table.Version || _missing.Seeds != _seeds.Count)
        {
            var known = _table.Living.Append(_oneself.Record).Select(m => m.Gossip).Where(_seeds.Contains).ToHashSet();
            _missing = (_table.Version, _seeds.Count, [.. _seeds.Where(s => !known.Contains(s))]);
        }

        return [.. _missing.Missing];
    }

    private void ExchangeWithSomebody()
    {
        if (_nextExchange > _now)
        {
            return;
        }

        var alive = _table.Living.Where(m => m.Status == MemberStatus.Alive).ToImmutableArray();
        var longest = _options.ExchangePeriod * Math.Ceiling(Math.Log2(Math.Max(1, _table.Size / 32.0)) + 1);
        var next = _pace < longest ? _pace : longest;
        (_nextExchange, _pace) = (_now + next, next * 2);
        if (!alive.IsEmpty)
        {
            var other = alive[_random.Next(alive.Length)].Id;
            if (_options.Fault == SwimFault.ComparesNothing)
            {
                _outbox.Offer(other);
            }
            else
            {
                _outbox.Compare(other);
            }
        }
    }

    /// <summary>Moves this node's own time on, without what it slept.</summary>
    private void Wake(Instant now)
    {
        var next = NextAwake;
        var awake = now - _slept;
        if (next != Instant.Never && awake - next > _options.ProbeTimeout && _options.Fault != SwimFault.CountsSleep)
        {
            _slept += awake - next;
            awake = next;
            _health.Worse(1);
        }

        _now = Instant.Later(_now, awake);
    }

    private static Instant Earliest(params ReadOnlySpan<Instant> instants)
    {
        var earliest = Instant.Never;
        foreach (var instant in instants)
        {
            earliest = Instant.Earlier(earliest, instant);
        }

        return earliest;
    }

    private static void Check(string? problem, string parameter)
    {
        if (problem is not null)
        {
            throw new ArgumentException($"gossip: {problem}", parameter);
        }
    }
}
