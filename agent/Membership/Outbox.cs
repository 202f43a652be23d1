using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// What waits to be sent, with news packed into each datagram: first what must be in it (the sender's own record; what is held against the
/// receiver, so that it can object at once), then as much of the queue as fits.
/// </summary>
internal sealed class Outbox(Oneself oneself, MemberTable table, RumourQueue rumours, SwimOptions options)
{
    private readonly List<((string Host, int Port) To, GossipMessage Message)> _datagrams = [];
    private readonly List<(NodeId To, StateExchange Message)> _exchanges = [];
    private long _sequence;
    private MemberRecord? _sized;
    private int _ownSize;

    public long NextSequence() => ++_sequence;

    public void Ping(MemberRecord to, long sequence) => Ping(to.Gossip, to.Id, sequence);

    public void Ping((string Host, int Port) to, NodeId target, long sequence) =>
        Send(to, new Ping(oneself.Id, sequence, target, []), [oneself.Update, .. HeldAgainst(target)]);

    /// <summary>Whoever is there.</summary>
    public void PingAddress((string Host, int Port) to) => Send(to, new Ping(oneself.Id, NextSequence(), null, []), [oneself.Update]);

    public void PingRequest(MemberRecord to, long sequence, MemberRecord target) =>
        Send(to.Gossip, new PingRequest(oneself.Id, sequence, target.Id, target.Gossip.Host, target.Gossip.Port, []), []);

    /// <summary>
    /// Answers a ping. <paramref name="said"/> is what the asking one said of itself: if more, or something else, is held of it, it is
    /// told.
    /// </summary>
    public void Ack((string Host, int Port) to, Ping ping, MemberRecord? said)
    {
        var held = table.Find(ping.Sender);
        var news = held is not null && (said is null ? held.Record.Status != MemberStatus.Alive : held.Record != said);
        Send(to, new Ack(oneself.Id, ping.Sequence, oneself.Id, []), news ? [oneself.Update, held!.Update] : [oneself.Update]);
    }

    /// <summary>Passes an answer on, with what the target said of itself.</summary>
    public void PassOn((string Host, int Port) to, long sequence, NodeId target) =>
        Send(to, new Ack(oneself.Id, sequence, target, []), table.Find(target) is { } held ? [held.Update] : []);

    public void Nack((string Host, int Port) to, long sequence, NodeId target) => Send(to, new Nack(oneself.Id, sequence, target, []), []);

    public void News(MemberRecord to) => Send(to.Gossip, new News(oneself.Id, 0, []), HeldAgainst(to.Id));

    /// <summary>Asks whether the other holds the same.</summary>
    public void Compare(NodeId to) => _exchanges.Add((to, new StateExchange(ExchangeKind.Compare, [], TableSums.Of(table.All))));

    /// <summary>Answers a comparison. False where both hold the same: then nothing is to be said.</summary>
    public bool Difference(NodeId to, ImmutableArray<long> others)
    {
        var mine = TableSums.Of(table.All, others.Length);
        if (mine.SequenceEqual(others))
        {
            return false;
        }

        _exchanges.Add((to, new StateExchange(ExchangeKind.Difference, TableSums.Differing(table.All, others), mine)));
        return true;
    }

    /// <summary>Answers a difference, which was taken: what this node still holds otherwise.</summary>
    public void Rest(NodeId to, StateExchange theirs)
    {
        var said = theirs.Members.ToHashSet();
        var rest = TableSums.Differing(table.All, theirs.Sums).Where(m => !said.Contains(m)).ToImmutableArray();
        if (!rest.IsEmpty)
        {
            _exchanges.Add((to, new StateExchange(ExchangeKind.Answer, rest)));
        }
    }

    public void Offer(NodeId to) => _exchanges.Add((to, new StateExchange(ExchangeKind.Offer, table.All)));

    public void Answer(NodeId to) => _exchanges.Add((to, new StateExchange(ExchangeKind.Answer, table.All)));

    public SwimOutput Take(List<MemberChange> changes)
    {
        if (_datagrams.Count == 0 && _exchanges.Count == 0 && changes.Count == 0)
        {
            return SwimOutput.Nothing;
        }

        var output = new SwimOutput { Datagrams = [.. _datagrams], Exchanges = [.. _exchanges], Changes = [.. changes] };
        _datagrams.Clear();
        _exchanges.Clear();
        changes.Clear();
        return output;
    }

    private int Transmissions => options.Fault == SwimFault.TellsOnce ? 1 : options.Transmissions(table.Size);

    private ImmutableArray<MemberUpdate> HeldAgainst(NodeId member) =>
        table.Find(member) is { } held && held.Record.Status != MemberStatus.Alive ? [held.Update] : [];

    /// <summary>Its own record is in nearly every datagram and hardly ever changes.</summary>
    private int SizeOf(MemberUpdate update)
    {
        if (!ReferenceEquals(update.Record, oneself.Record))
        {
            return GossipCodec.Size(update);
        }

        if (!ReferenceEquals(_sized, oneself.Record))
        {
            (_sized, _ownSize) = (oneself.Record, GossipCodec.Size(update));
        }

        return _ownSize;
    }

    private void Send((string Host, int Port) to, GossipMessage bare, ImmutableArray<MemberUpdate> first)
    {
        var room = options.Fault == SwimFault.IgnoresSize ? int.MaxValue : options.MaxDatagramBytes;
        room -= GossipCodec.Size(bare);
        room -= first.Sum(u => SizeOf(u) + 1);
        var told = first.Select(u => u.Record.Id).ToArray();
        var more = rumours.Take(room, MemberLimits.UpdatesPerMessage - first.Length, Transmissions, told);
        _datagrams.Add((to, bare with { Updates = [.. first, .. more] }));
    }
}
