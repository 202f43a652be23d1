using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Membership;

namespace MySqlHa.Tests.Membership;

/// <summary>How the network of a <see cref="GossipWorld"/> treats a datagram. Shares are 0 to 1.</summary>
internal sealed record Weather(double Loss = 0, double Double = 0, TimeSpan MaxDelay = default)
{
    public static readonly Weather Fair = new(MaxDelay: TimeSpan.FromMilliseconds(5));

    /// <summary>Five of a hundred lost, two doubled, delays up to a tenth of the lease, so in any order.</summary>
    public static readonly Weather Rough = new(0.05, 0.02, TimeSpan.FromMilliseconds(100));
}

/// <summary>
/// A ring in virtual time: one queue ordered by (instant, number), one seeded random source. Each node has its own clock (an offset), as
/// machines have. What is checked is checked from outside, at every step: see <see cref="GossipChecks"/>.
/// </summary>
internal sealed class GossipWorld
{
    private readonly PriorityQueue<Happening, (Instant At, long Number)> _queue = new();
    private readonly SwimOptions _options;
    private readonly bool _throughCodec;
    private readonly HashSet<(int From, int To)> _cut = [];
    private readonly Dictionary<string, List<GossipNode>> _at = [];
    private readonly Dictionary<NodeId, List<GossipNode>> _called = [];
    private long _number;

    public GossipWorld(int seed, int nodes, SwimOptions options, Weather weather, bool throughCodec = false)
    {
        (_options, _throughCodec, Weather, Random) = (options, throughCodec, weather, new Random(seed));
        Checks = new GossipChecks(this, options);
        Checks.Trace = Environment.GetEnvironmentVariable("GOSSIP_SEED") is null ? null : Console.WriteLine;
        Nodes = [.. Enumerable.Range(0, nodes).Select(i => new GossipNode(i, NewId(), TimeSpan.FromSeconds(Random.Next(1, 100000))))];
    }

    public Random Random { get; }

    public Weather Weather { get; set; }

    public Instant Now { get; private set; } = Instant.Zero;

    public ImmutableArray<GossipNode> Nodes { get; private set; }

    public GossipChecks Checks { get; }

    public long Datagrams { get; private set; }

    /// <summary>What goes over the network is encoded and counted.</summary>
    public bool Measures { get; set; }

    /// <summary>Without the seal and the headers of IP and UDP.</summary>
    public long DatagramBytes { get; private set; }

    public long ExchangeBytes { get; private set; }

    /// <summary>Datagrams to this node are counted.</summary>
    public GossipNode? Counted { get; set; }

    public long CountedDatagrams { get; private set; }

    /// <summary>The longest that a run waited for what it demanded.</summary>
    public TimeSpan Longest { get; set; }

    public IEnumerable<GossipNode> Running => Nodes.Where(n => n.Swim is not null);

    public NodeId NewId()
    {
        var bytes = new byte[16];
        Random.NextBytes(bytes);
        return NodeId.From(bytes);
    }

    public GossipNode Add(NodeId id)
    {
        Nodes = Nodes.Add(new GossipNode(Nodes.Length, id, TimeSpan.Zero));
        _at.Clear();
        _called.Clear();
        return Nodes[^1];
    }

    /// <summary>Starts all, each with the addresses of up to ten as seeds.</summary>
    public void StartAll()
    {
        foreach (var node in Nodes)
        {
            Start(node);
        }
    }

    /// <summary>Starts all as in a ring that has been together for long: each knows all, and nothing of it is news.</summary>
    public void StartTogether()
    {
        foreach (var node in Nodes)
        {
            Start(node);
        }

        var all = new StateExchange(ExchangeKind.Answer, [.. Nodes.Select(n => n.Swim!.Self)]);
        foreach (var node in Nodes)
        {
            node.Swim!.StepExchange(node.Clock(Now), Nodes[node.Index == 0 ? 1 : 0].Id, all);
            _ = node.Swim.TakeOutput();
            WakeAt(node);
        }
    }

    /// <summary>A new life, which remembers nothing but the id.</summary>
    public void Start(GossipNode node)
    {
        _at.Clear(); // it may be somewhere else than before
        var facts = new MemberFacts("production", $"db{node.Index}", node.ClusterId, "0.1.0");
        var self = new MemberRecord(node.Id, node.Address, 0, MemberStatus.Alive, facts);
        node.Swim = new Swim(self, _options, new Random(Random.Next()), node.Clock(Now));
        node.Swim.AddSeeds(Nodes.Take(10).Select(n => (n.Address.Host, n.Address.RingPort)));
        (node.PausedUntil, node.Wake) = (Instant.Zero, Instant.Zero);
        node.Life++;
        Checks.Started(node);
        Stepped(node);
    }

    public void Crash(GossipNode node)
    {
        node.Swim = null;
        node.Life++;
        node.Inbox.Clear();
        Checks.Crashed(node);
    }

    /// <summary>The process stops for a while; datagrams wait in its socket.</summary>
    public void Pause(GossipNode node, TimeSpan time)
    {
        node.PausedUntil = Instant.Later(node.PausedUntil, Now + time);
        var life = node.Life;
        Schedule(node.PausedUntil, () => Resume(node, life));
    }

    public void Cut(GossipNode from, GossipNode to) => _cut.Add((from.Index, to.Index));

    public void CutBoth(GossipNode one, GossipNode other)
    {
        Cut(one, other);
        Cut(other, one);
    }

    /// <summary>Two halves that hear nothing of each other.</summary>
    public void Split(IReadOnlySet<int> left)
    {
        foreach (var a in Nodes.Where(n => left.Contains(n.Index)))
        {
            foreach (var b in Nodes.Where(n => !left.Contains(n.Index)))
            {
                CutBoth(a, b);
            }
        }
    }

    public void Heal() => _cut.Clear();

    public void Do(GossipNode node, Action<Swim, Instant> action)
    {
        action(node.Swim!, node.Clock(Now));
        Stepped(node);
    }

    public void Run(TimeSpan time)
    {
        var end = Now + time;
        while (_queue.TryPeek(out _, out var next) && next.At <= end)
        {
            var happening = _queue.Dequeue();
            Now = next.At;
            happening.Act();
        }

        Now = end;
    }

    /// <summary>Runs until it holds; false where it does not within the time.</summary>
    public bool RunUntil(Func<bool> holds, TimeSpan within)
    {
        // Looking costs members squared: seldom enough in large rings.
        var step = TimeSpan.FromMilliseconds(Nodes.Length < 100 ? 50 : 500);
        for (var end = Now + within; !holds(); Run(step))
        {
            if (Now >= end)
            {
                return false;
            }
        }

        return true;
    }

    public void Schedule(Instant at, Action act) => _queue.Enqueue(new Happening(act), (at, ++_number));

    private void Stepped(GossipNode node)
    {
        var output = node.Swim!.TakeOutput();
        Checks.Output(node, output);
        foreach (var (to, message) in output.Datagrams)
        {
            Send(node, to, message);
        }

        foreach (var (to, message) in output.Exchanges)
        {
            Exchange(node, to, message);
        }

        WakeAt(node);
    }

    private void WakeAt(GossipNode node)
    {
        var due = node.Swim!.NextDeadline - node.ClockOffset;
        if (due >= node.Wake && node.Wake > Now)
        {
            return; // it will look again then
        }

        var at = Instant.Later(due, Now + TimeSpan.FromMicroseconds(1));
        node.Wake = at;
        var life = node.Life;
        Schedule(at, () => Tick(node, life, at));
    }

    private void Tick(GossipNode node, int life, Instant at)
    {
        if (node.Life != life || node.Swim is null || node.Wake != at)
        {
            return;
        }

        node.Wake = Instant.Zero;
        if (node.PausedUntil <= Now)
        {
            if (node.Swim.NextDeadline <= node.Clock(Now))
            {
                node.Swim.Tick(node.Clock(Now));
            }

            Stepped(node);
        }
    }

    private void Resume(GossipNode node, int life)
    {
        if (node.Life != life || node.Swim is null || node.PausedUntil > Now)
        {
            return;
        }

        // A loop that wakes up may find its timer before its inbox, or its inbox first.
        if (Random.Next(2) == 0)
        {
            node.Swim.Tick(node.Clock(Now));
        }

        while (node.Inbox.TryDequeue(out var step))
        {
            step(node.Swim, node.Clock(Now));
        }

        Stepped(node);
    }

    private void Send(GossipNode from, (string Host, int Port) to, GossipMessage message)
    {
        Datagrams++;
        var sent = _throughCodec ? GossipCodec.Decode(GossipCodec.Encode(message)) : message;
        var source = (from.Address.Host, from.Address.RingPort);
        DatagramBytes += Measures ? GossipCodec.Encode(message).Length : 0;
        foreach (var node in With(_at, to.Host, n => n.Address.Host))
        {
            CountedDatagrams += node == Counted ? 1 : 0;
            for (var copies = Random.NextDouble() < Weather.Double ? 2 : 1; copies > 0; copies--)
            {
                if (Random.NextDouble() >= Weather.Loss)
                {
                    Arrive(from, node, (swim, now) => swim.StepDatagram(now, source, sent));
                }
            }
        }
    }

    /// <summary>Over tcp: nothing is lost on the way but with the connection.</summary>
    private void Exchange(GossipNode from, NodeId to, StateExchange message)
    {
        var sent = _throughCodec ? GossipCodec.DecodeExchange(GossipCodec.Encode(message)) : message;
        var address = from.Swim!.Find(to)?.Address.Host;
        ExchangeBytes += Measures ? GossipCodec.Encode(message).Length : 0;
        foreach (var node in With(_called, to, n => n.Id).Where(n => n.Address.Host == address && !_cut.Contains((n.Index, from.Index))))
        {
            Arrive(from, node, (swim, now) => swim.StepExchange(now, from.Id, sent));
        }
    }

    /// <summary>The nodes of this key, in their order.</summary>
    private List<GossipNode> With<TKey>(Dictionary<TKey, List<GossipNode>> index, TKey key, Func<GossipNode, TKey> keyOf)
        where TKey : notnull
    {
        if (index.Count == 0)
        {
            foreach (var group in Nodes.GroupBy(keyOf))
            {
                index[group.Key] = [.. group];
            }
        }

        return index.GetValueOrDefault(key) ?? [];
    }

    private void Arrive(GossipNode from, GossipNode to, Action<Swim, Instant> step)
    {
        var at = Now + TimeSpan.FromMicroseconds(50 + (Random.NextDouble() * Weather.MaxDelay.TotalMicroseconds));
        Schedule(at, () =>
        {
            if (to.Swim is null || _cut.Contains((from.Index, to.Index)))
            {
                return;
            }

            if (to.PausedUntil > Now)
            {
                to.Inbox.Enqueue(step);
                return;
            }

            step(to.Swim, to.Clock(Now));
            Stepped(to);
        });
    }

    private sealed record Happening(Action Act);
}
