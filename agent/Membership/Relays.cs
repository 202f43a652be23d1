using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// Pings made for others. The one who asked gets the target's answer passed on, or a nack in time before its own period ends:
/// it asked after one probe timeout and has at least one more left, so the nack goes after 0.8 of one. Bounded; what is too much is
/// dropped, as the network might.
/// </summary>
internal sealed class Relays(Outbox outbox, SwimOptions options)
{
    private const int Most = 256;

    private readonly SortedDictionary<long, Relay> _relays = [];

    public Instant NextDeadline => _relays.Count == 0 ? Instant.Never : _relays.Values.Min(r => r.Nacked ? r.Ends : r.NackAt);

    public void Begin(Instant now, (string Host, int Port) asker, PingRequest request)
    {
        if (_relays.Count < Most)
        {
            var sequence = outbox.NextSequence();
            var nackAt = now + (options.ProbeTimeout * 0.8);
            _relays[sequence] = new Relay(asker, request.Sequence, request.Target, nackAt, Ends: now + options.Period, Nacked: false);
            outbox.Ping((request.Host, request.Port), request.Target, sequence);
        }
    }

    public void HearAck(Ack ack)
    {
        if (_relays.TryGetValue(ack.Sequence, out var relay) && relay.Target == ack.Of)
        {
            _ = _relays.Remove(ack.Sequence);
            outbox.PassOn(relay.Asker, relay.Sequence, relay.Target);
        }
    }

    public void Tick(Instant now)
    {
        foreach (var (sequence, relay) in _relays.Where(r => (r.Value.Nacked ? r.Value.Ends : r.Value.NackAt) <= now).ToList())
        {
            if (relay.Nacked)
            {
                _ = _relays.Remove(sequence);
            }
            else
            {
                _relays[sequence] = relay with { Nacked = true };
                outbox.Nack(relay.Asker, relay.Sequence, relay.Target);
            }
        }
    }

    private sealed record Relay((string Host, int Port) Asker, long Sequence, NodeId Target, Instant NackAt, Instant Ends, bool Nacked);
}
