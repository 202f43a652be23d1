using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Membership;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// A cluster of real node cores over a simulated network, clock, disk and MySQL. One seeded source of randomness decides everything,
/// so a seed is a bug report.
/// </summary>
internal sealed class World
{
    /// <summary>Who asks for what operators ask for.</summary>
    public static readonly Caller Operator = new("anna", Caller.Admin, "10.9.9.9");

    private readonly PriorityQueue<Action, (long At, long Order)> _queue = new();
    private readonly List<string> _log = [];
    private readonly List<SimNode> _nodes;
    private readonly bool _verbose;
    private long _order;
    private long _content;
    private bool _healed;

    public World(int seed, Weights? weights = null, Mutation? mutation = null, bool verbose = false, GroupPlace? place = null)
    {
        Place = place ?? GroupPlace.Alone;
        Random = new Random(seed);
        Weights = weights ?? Weights.Draw(seed);
        Mutation = mutation ?? Mutation.None;
        _verbose = verbose;
        Checkers = new Checkers(this);
        _nodes = [.. Enumerable.Range(0, Weights.Nodes).Select(n => new SimNode(this, n))];
        if (Weights.Adopts)
        {
            var bringer = Nodes[Random.Next(Nodes.Count)];
            bringer.Mysqld.BroughtRow = NextContent();
            Checkers.Acknowledged(bringer, bringer.Mysqld.BroughtRow, epoch: 0);
        }

        if (Weights.Wishes > 0)
        {
            bool Drawn(double chance) => Random.NextDouble() < chance;
            _nodes.ForEach(n => n.Tags = new NodeTags(
                Drawn(0.25), Drawn(0.3) ? Random.Next(1001) : NodeTags.Usual, Drawn(0.2), CloneFrom: Drawn(0.2), NoLoad: Drawn(0.2)));
        }

        Writers = [.. Enumerable.Range(0, Weights.Writers).Select(w => new SimWriter(this, w))];
    }

    /// <summary>Which group this is, and where its nodes are.</summary>
    public GroupPlace Place { get; }

    /// <summary>Another group in the same ring.</summary>
    public World? Neighbour { get; set; }

    /// <summary>No packet goes between this group and its neighbour.</summary>
    public bool NeighbourCut { get; set; }

    public Random Random { get; }
    public Weights Weights { get; }
    public Mutation Mutation { get; }
    public SimNetwork Network { get; } = new();
    public Tally Tally { get; } = new();

    /// <summary>Inputs that the nodes' cores took.</summary>
    public long Steps { get; set; }
    public Checkers Checkers { get; }
    public IReadOnlyList<SimNode> Nodes => _nodes;
    public IReadOnlyList<SimWriter> Writers { get; }
    public Instant Now { get; private set; } = Instant.Zero;
    public long WallClock => Now.Micros / 1000;
    public bool Healed => _healed;
    public string Transcript => string.Join('\n', _log);

    public SimNode Node(NodeId id) => Nodes.Single(n => n.Id == id);

    /// <summary>A new machine, at an address of its own or at that of one that is no more.</summary>
    public SimNode AddNode(SimNode? inPlaceOf = null)
    {
        var node = new SimNode(this, _nodes.Count, inPlaceOf?.Address);
        _nodes.Add(node);
        return node;
    }

    public long NextContent() => ++_content;

    public void After(int micros, Action action) => At(Now + TimeSpan.FromMicroseconds(micros), action);

    public void At(Instant at, Action action) => _queue.Enqueue(action, (Math.Max(at.Micros, Now.Micros), _order++));

    public int DataDelay() => Random.Next(50, Math.Max(400, Weights.DelayMicros / 4));

    public bool DiesBeforeKeeping(SimNode node)
    {
        if (_healed || Weights.AgentCrash == 0 || Random.NextDouble() > 0.0003)
        {
            return false;
        }

        Tally.Count("agents killed in a step");
        Log(node, "agent dies before it kept its step");
        After(Random.Next(100_000, 2_000_000), node.StartAgent);
        return true;
    }

    /// <summary>What becomes of a frame on its way between agents; null: it is dropped.</summary>
    public Func<PeerMessage, PeerMessage?> Wire { get; set; } = frame => frame;

    /// <summary>The same for gossip.</summary>
    public Func<GossipMessage, GossipMessage?> Air { get; set; } = datagram => datagram;

    public void SendDatagram(SimNode from, string host, GossipMessage message)
    {
        foreach (var to in _nodes)
        {
            if (!to.Retired && to.Address.Host == host)
            {
                if (Air(message) is { } carried)
                {
                    Carry(from, to, new DatagramReceived(from.Address.Host, 9638, carried));
                }

                return;
            }
        }

        Neighbour?.Carry(from, this, n => !n.Retired && n.Address.Host == host, new DatagramReceived(from.Address.Host, 9638, message));
    }

    public void SendFrame(SimNode from, NodeId to, PeerMessage message)
    {
        foreach (var node in _nodes)
        {
            if (node.Id == to)
            {
                if (Wire(message) is { } carried)
                {
                    Carry(from, node, new FrameReceived(from.Id, carried));
                }

                return;
            }
        }

        if (message is not ExchangeFrame && Neighbour is not null)
        {
            Checkers.Fail("OwnGroupOnly", $"n{from.Number} of {Place.Group} sends a {message.GetType().Name} to another group");
        }

        Neighbour?.Carry(from, this, n => n.Id == to, new FrameReceived(from.Id, message));
    }

    /// <summary>Runs until the instant, or until the condition holds; false where it never did.</summary>
    public bool Run(Instant until, Func<bool>? condition = null)
    {
        var nextCheck = Now;
        while (_queue.TryPeek(out _, out var key) && key.At <= until.Micros && Checkers.Violation is null)
        {
            Now = new Instant(key.At);
            _queue.Dequeue()();
            if (condition is not null && Now >= nextCheck)
            {
                nextCheck = Now + TimeSpan.FromMilliseconds(20);
                if (condition())
                {
                    return true;
                }
            }
        }

        Now = Instant.Later(Now, until);
        return condition is null;
    }

    /// <summary>All faults end: everything is up, connected and on time from here on.</summary>
    public void Heal()
    {
        _healed = true;
        Network.Heal();
        Checkers.Healed();
        foreach (var node in Nodes)
        {
            node.Mysqld.ApplierStalled = false;
            node.Mysqld.Apply();
            node.StartAgent();
        }

        Log(null, "---- healed ----");
        Resume();
    }

    /// <summary>What operators paused they let go on, sooner or later.</summary>
    private void Resume()
    {
        if (Nodes.FirstOrDefault(n => n.Core is { IsController: true, State.Paused: true }) is { } at)
        {
            at.StepWhenAwake(new OperatorCalled(_order + 2_000_000, new PauseRequest(0, Paused: false)));
        }

        After(500_000, Resume);
    }

    /// <summary>Something that tests count, and that the course tells.</summary>
    public void Fault(SimNode? node, string kind, string text)
    {
        Tally.Count(kind);
        Log(node, "FAULT " + text);
    }

    public void Log(SimNode? node, string text)
    {
        if (_verbose)
        {
            _log.Add(string.Create(CultureInfo.InvariantCulture, $"{Now.Micros / 1e6,10:0.000000} {new string(' ', (node?.Number ?? 0) * 4)}{(node is null ? "*" : "n" + node.Number)} {text}"));
        }
    }

    /// <summary>From the neighbour.</summary>
    private void Carry(SimNode from, World its, Func<SimNode, bool> isMeant, CoreInput input)
    {
        if (_nodes.Find(n => isMeant(n)) is not { } to || (!_healed && Random.NextDouble() < Weights.Loss))
        {
            return;
        }

        At(its.Now + TimeSpan.FromMicroseconds(50 + Random.Next(Weights.DelayMicros)), () =>
        {
            if (!NeighbourCut && to.AgentUp)
            {
                to.StepWhenAwake(input);
            }
        });
    }

    private void Carry(SimNode from, SimNode to, CoreInput input)
    {
        if (!_healed && Random.NextDouble() < Weights.Loss)
        {
            return;
        }

        var copies = !_healed && Random.NextDouble() < Weights.Duplication ? 2 : 1;
        for (var copy = 0; copy < copies; copy++)
        {
            // A heavy tail: most messages are quick, a few take long and are overtaken.
            var share = Random.NextDouble();
            var delay = 50 + (int)(Weights.DelayMicros * share * share * (Random.Next(50) == 0 && !_healed ? 10 : 1));
            After(delay + Network.DelayTo(to), () =>
            {
                if (Network.ControlFlows(from, to) && to.AgentUp)
                {
                    to.StepWhenAwake(input);
                }
            });
        }
    }
}
