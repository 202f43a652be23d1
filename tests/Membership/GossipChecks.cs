using MySqlHa.Cluster;
using MySqlHa.Membership;

namespace MySqlHa.Tests.Membership;

/// <summary>
/// What must hold, looked at from outside: the checker knows who really lives and what each member really said of itself.
/// Every breach is one sentence that begins with the checker's name.
/// </summary>
internal sealed class GossipChecks(GossipWorld world, SwimOptions options)
{
    private readonly SortedDictionary<NodeId, long> _ownIncarnation = [];
    private readonly Dictionary<(int Node, int Life, NodeId Member), long> _held = [];
    private long _seen;

    public List<string> Breaches { get; } = [];

    /// <summary>Set in runs in which nobody gives reason to be confirmed dead.</summary>
    public bool NobodyDies { get; set; }

    /// <summary>The exception to it.</summary>
    public NodeId? MayDie { get; set; }

    /// <summary>Hears nobody, and so may hold everybody dead.</summary>
    public NodeId? Deaf { get; set; }

    /// <summary>Every change as a line, for a look at one seed.</summary>
    public Action<string>? Trace { get; set; }

    public long FalseSuspicions { get; private set; }

    public long FalseConfirmations { get; private set; }

    public void Started(GossipNode node) => _ownIncarnation[node.Id] = Math.Max(_ownIncarnation.GetValueOrDefault(node.Id), 0);

    public void Crashed(GossipNode node)
    {
        foreach (var key in _held.Keys.Where(k => k.Node == node.Index).ToList())
        {
            _ = _held.Remove(key);
        }
    }

    /// <summary>Everything a node says and holds passes here.</summary>
    public void Output(GossipNode node, SwimOutput output)
    {
        _ownIncarnation[node.Id] = Math.Max(_ownIncarnation.GetValueOrDefault(node.Id), node.Swim!.Self.Incarnation);
        foreach (var (_, message) in output.Datagrams)
        {
            DatagramSize(message);
        }

        foreach (var change in Trace is null ? [] : output.Changes)
        {
            var who = world.Nodes.First(n => n.Id == change.After.Id).Index;
            Trace!($"{world.Now.Micros / 1e6:0.000} db{node.Index}: db{who} {change.After.Status} {change.After.Incarnation}: {change.Reason}");
        }

        foreach (var change in output.Changes.Where(c => c.After.Id != node.Id))
        {
            IncarnationOwned(node, change.After);
            NeverBackwards(node, change.After);
            FalseConfirmation(node, change);
        }
    }

    /// <summary>Whether every running member holds every running one alive, and each of them as it is.</summary>
    public string? AllSeeAll()
    {
        foreach (var node in world.Running)
        {
            var seen = node.Swim!.Members.ToDictionary(m => m.Id);
            foreach (var other in world.Running)
            {
                if (seen.GetValueOrDefault(other.Id) is not { Status: MemberStatus.Alive })
                {
                    return $"accuracy: {node.Index} holds {other.Index} {seen.GetValueOrDefault(other.Id)?.Status.ToString() ?? "unknown"}";
                }
            }
        }

        return null;
    }

    public string? FactsConverged() =>
        (from node in world.Running
         from other in world.Running
         let held = node.Sees(other)
         where held?.Facts != other.Swim!.Self.Facts || held.Address != other.Swim!.Self.Address
         select $"facts: {node.Index} holds {other.Index} as {held?.Facts} at {held?.Address}, not {other.Swim!.Self.Facts}").FirstOrDefault();

    /// <summary>Whether every running member holds this one dead.</summary>
    public string? ConfirmedByAll(GossipNode dead) =>
        world.Running.Where(n => n.Sees(dead)?.Status is MemberStatus.Alive or MemberStatus.Suspect)
            .Select(n => $"completeness: {n.Index} holds {dead.Index}, which is dead, {n.Sees(dead)?.Status}").FirstOrDefault();

    /// <summary>The same of one that runs, but hears nobody.</summary>
    public string? ConfirmedByAllBut(GossipNode deaf) =>
        world.Running.Where(n => n != deaf && n.Sees(deaf)?.Status is MemberStatus.Alive or MemberStatus.Suspect)
            .Select(n => $"completeness: {n.Index} holds {deaf.Index}, which is deaf, {n.Sees(deaf)?.Status}").FirstOrDefault();

    private void DatagramSize(GossipMessage message)
    {
        // All of the first, then one of sixteen: encoding everything would take most of the time of large rings.
        if (++_seen < 2000 || _seen % 16 == 0)
        {
            var size = GossipCodec.Encode(message).Length;
            if (size > options.MaxDatagramBytes)
            {
                Breaches.Add($"datagram size: a {message.GetType().Name} of {size} bytes");
            }
        }
    }

    private void IncarnationOwned(GossipNode node, MemberRecord held)
    {
        if (held.Incarnation > _ownIncarnation.GetValueOrDefault(held.Id, -1))
        {
            Breaches.Add($"incarnation owned: {node.Index} holds {held.Id} at {held.Incarnation}, which that member never reached");
        }
    }

    private void NeverBackwards(GossipNode node, MemberRecord held)
    {
        var key = (node.Index, node.Life, held.Id);
        if (_held.TryGetValue(key, out var before) && before > held.Incarnation)
        {
            Breaches.Add($"never backwards: {node.Index} went from {before} to {held.Incarnation} for {held.Id}");
        }

        _held[key] = held.Incarnation;
    }

    private void FalseConfirmation(GossipNode node, MemberChange change)
    {
        if (change.After.Status is not (MemberStatus.Suspect or MemberStatus.Confirmed))
        {
            return;
        }

        var lives = world.Running.Any(n => n.Id == change.After.Id);
        FalseSuspicions += lives && change.After.Status == MemberStatus.Suspect ? 1 : 0;
        if (lives && change.After.Status == MemberStatus.Confirmed)
        {
            FalseConfirmations++;
            if (NobodyDies && change.After.Id != MayDie && node.Id != Deaf)
            {
                Breaches.Add($"no false confirmation: {node.Index} holds {change.After.Id}, which lives, confirmed: {change.Reason}");
            }
        }
    }
}
