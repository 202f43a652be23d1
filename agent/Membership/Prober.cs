using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// One member is asked each period whether it lives: directly, then through others; who gives no sign by the end of the period is
/// suspected. All living members are visited once before any is visited again, in random order, so that a death is found within 2n − 1
/// periods by each.
/// </summary>
internal sealed class Prober(MemberTable table, Outbox outbox, LocalHealth health, SwimOptions options, Random random, Instant now)
{
    /// <summary>Suspects heard per period beside the one probed.</summary>
    private const int Hearings = 3;

    /// <summary>So many members of a large ring hear one suspect in a period; more would only drown it.</summary>
    private const int Hearers = 32;

    private readonly List<NodeId> _round = [];
    private Probe? _probe;
    private Instant _next = now;
    private Instant _nextHearing = now;

    public Instant NextDeadline
    {
        get
        {
            var next = table.HasSuspects ? Instant.Earlier(_nextHearing, _next) : _next;
            return _probe is { Answered: false, Indirect: false } probe ? Instant.Earlier(probe.AskOthersAt, next) : next;
        }
    }

    public void Tick(Instant now)
    {
        if (_probe is { Answered: false, Indirect: false } probe && probe.AskOthersAt <= now)
        {
            AskOthers(probe);
        }

        if (_next <= now)
        {
            EndProbe(now);
            BeginProbe(now);
        }

        if (table.HasSuspects && _nextHearing <= now)
        {
            _nextHearing = now + options.Period;
            HearSuspects();
        }
    }

    public void HearAck(Ack ack)
    {
        if (_probe is { Answered: false } probe && probe.Sequence == ack.Sequence && probe.Target == ack.Of)
        {
            probe.Answered = true;
            health.Better();
        }
    }

    public void HearNack(Nack nack)
    {
        if (_probe is { Answered: false } probe && probe.Sequence == nack.Sequence && probe.Target == nack.Of)
        {
            _ = probe.Silent.Remove(nack.Sender);
        }
    }

    private void BeginProbe(Instant now)
    {
        // Less well means slower: the others get more time to answer, and this node accuses fewer.
        _next = now + health.Scaled(options.Period);
        _probe = null;
        if (NextTarget() is { } target)
        {
            _probe = new Probe(target.Id, target.Incarnation, outbox.NextSequence(), now + health.Scaled(options.ProbeTimeout));
            outbox.Ping(target, _probe.Sequence);
        }
    }

    private void AskOthers(Probe probe)
    {
        probe.Indirect = true;
        if (options.Fault == SwimFault.NoIndirectProbes || table.Find(probe.Target) is not { } target)
        {
            return;
        }

        var others = table.Living.Where(m => m.Status == MemberStatus.Alive && m.Id != probe.Target).ToArray();
        random.Shuffle(others);
        foreach (var other in others.Take(options.IndirectProbes))
        {
            _ = probe.Silent.Add(other.Id);
            _ = probe.Asked.Add(other.Id);
            outbox.PingRequest(other, probe.Sequence, target.Record);
        }
    }

    private void EndProbe(Instant now)
    {
        if (_probe is not { Answered: false } probe)
        {
            return;
        }

        // It spoke up since: a partition healed while this node, less than well, waited through a long period.
        if (table.Find(probe.Target)?.Record.Incarnation > probe.Incarnation)
        {
            return;
        }

        // Those asked who were well said so (nack). Each one silent too is a sign that the fault is here.
        health.Worse(probe.Asked.Count == 0 ? 1 : probe.Silent.Count);
        var helped = probe.Asked.Count switch { 0 => "", 1 => ", nor one of another node", var n => $", nor one of {n} other nodes" };
        table.Accuse(now, probe.Target, $"answered no probe{helped}");
    }

    /// <summary>
    /// Nobody is confirmed who was not told and asked to object: news may have missed it. Each period however well this node
    /// is, for the time to object does not wait either. In a ring of few each does so; in a large one enough of them, by chance.
    /// </summary>
    private void HearSuspects()
    {
        var suspects = table.Suspects.Where(m => m.Record.Id != _probe?.Target && IsMine()).Select(m => m.Record).ToArray();
        random.Shuffle(suspects);
        foreach (var suspect in suspects.Take(Hearings))
        {
            outbox.Ping(suspect, outbox.NextSequence());
        }
    }

    private bool IsMine() => table.Size <= Hearers || options.Fault == SwimFault.AllHearSuspects || random.Next(table.Size) < Hearers;

    private MemberRecord? NextTarget()
    {
        var fresh = false;
        while (true)
        {
            if (_round.Count == 0)
            {
                if (fresh || table.Living.Count == 0)
                {
                    return null;
                }

                var order = table.Living.Select(m => m.Id).ToArray();
                random.Shuffle(order);
                _round.AddRange(order);
                fresh = true;
            }

            var id = _round[^1];
            _round.RemoveAt(_round.Count - 1);
            if (table.Find(id) is { IsLiving: true } member)
            {
                return member.Record;
            }
        }
    }

    private sealed class Probe(NodeId target, long incarnation, long sequence, Instant askOthersAt)
    {
        public NodeId Target { get; } = target;

        public long Incarnation { get; } = incarnation;

        public long Sequence { get; } = sequence;

        public Instant AskOthersAt { get; } = askOthersAt;

        public bool Answered { get; set; }

        public bool Indirect { get; set; }

        public SortedSet<NodeId> Asked { get; } = [];

        /// <summary>Asked, and not even a nack came.</summary>
        public SortedSet<NodeId> Silent { get; } = [];
    }
}
