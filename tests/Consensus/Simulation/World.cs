using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>
/// A cluster in virtual time, everything drawn from one seed: first chaos, then calm, in which it must recover and stay
/// quiet. What is checked at every step is the <see cref="Referee"/>'s; what must hold in the end is in <see cref="CalmPhase"/>.
/// </summary>
internal sealed class World
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Dictionary<NodeId, long> _wakes = [];
    private readonly SwarmWeights _weights;
    private readonly Random _random;
    private long _order;
    private long _contexts;

    public World(int seed, RaftFaults faults)
    {
        _random = new Random(seed);
        _weights = SwarmWeights.Draw(_random);
        Network = new SimulatedNetwork(_weights, _random);
        var ids = Enumerable.Range(1, _weights.Voters + _weights.Spares).Select(Id).ToImmutableArray();
        var founded = RaftBootstrap.Found(
            new RaftConfiguration([.. ids.Take(_weights.Voters)], []), Referee.StateBytes((ulong)seed));
        Referee.Founded(founded.Snapshot);
        foreach (var id in ids)
        {
            var disk = new SimulatedDisk(founded.Snapshot.Configuration.Voters.Contains(id) ? founded : RaftPersistent.Initial);
            var rate = 1 + ((_random.NextDouble() - 0.5) * 2 * _weights.Drift);
            Nodes.Add(id, new SimulatedNode(id, OptionsOf(_weights), disk, Referee, faults, rate, _random.NextInt64(1, 1_000_000_000)));
        }
    }

    public Referee Referee { get; } = new();

    public SimulatedNetwork Network { get; }

    public SortedDictionary<NodeId, SimulatedNode> Nodes { get; } = [];

    public long Now { get; private set; }

    public bool Calm { get; set; }

    public Random Random => _random;

    /// <summary>The node that leads the newest term, as nodes say.</summary>
    public SimulatedNode? Leader =>
        Nodes.Values.Where(n => n.Core?.Role == RaftRole.Leader).MaxBy(n => n.Core!.Term);

    public static NodeId Id(int number) => NodeId.Parse(number.ToString("x8", CultureInfo.InvariantCulture).PadRight(32, (char)48));

    public void RunChaos()
    {
        foreach (var node in Nodes.Values)
        {
            Start(node);
        }

        var disturber = new Disturber(this, _weights);
        Every(_weights.Pace, disturber.Disturb);
        Every(_weights.ClientPace, ActAsClient);
        RunUntil(_weights.ChaosMicros);
    }

    public void RunUntil(long end)
    {
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            Now = next.At;
            _events.Dequeue()();
        }

        Now = end;
    }

    public void At(long time, Action act) => _events.Enqueue(act, (Math.Max(time, Now), _order++));

    public void Start(SimulatedNode node)
    {
        node.Start(Now, _random);
        _wakes.Remove(node.Id);
        Wake(node);
    }

    public void Post(SimulatedNode node, Action<RaftCore, Instant> input)
    {
        if (node.Core is not null)
        {
            node.Post(input);
            Wake(node);
        }
    }

    public void Propose(SimulatedNode node)
    {
        var data = new byte[_random.Next(20) == 0 ? 200 : 8];
        _random.NextBytes(data);
        Post(node, (core, now) => core.Propose(now, data));
    }

    /// <summary>Asks a node for its read index; the number of the question.</summary>
    public long Ask(SimulatedNode node)
    {
        var context = ++_contexts;
        Post(node, (core, now) =>
        {
            if (core.ReadIndex(now, context))
            {
                Referee.Asks(node.Id, context);
            }
        });
        return context;
    }

    /// <summary>One line for each node, for the message of a failed seed.</summary>
    public string Describe() => string.Join('\n', Nodes.Values.Select(n => n.Core is { } core
        ? $"  {n.Id.Short[^2..]} {core.Role} of term {core.Term}, leader {core.Leader?.Short[^2..]}, "
            + $"log {core.SnapshotIndex}..{core.LastIndex}, "
            + $"commit {core.CommitIndex}, voters {Names(core.Configuration.Voters)}, learners {Names(core.Configuration.Learners)}"
        : $"  {n.Id.Short[^2..]} down"));

    private static string Names(IEnumerable<NodeId> ids) => string.Join(',', ids.Select(i => i.Short[^2..]));

    private void ActAsClient()
    {
        foreach (var node in Nodes.Values.Where(n => n.Core?.Role == RaftRole.Leader).ToList())
        {
            if (_random.Next(3) == 0)
            {
                Ask(node);
            }
            else
            {
                for (var i = _random.Next(_weights.Burst); i >= 0; i--)
                {
                    Propose(node);
                }
            }
        }
    }

    /// <summary>Repeats with exponential gaps until the calm.</summary>
    private void Every(long mean, Action act) => At(Now + 1 + (long)(-Math.Log(1 - _random.NextDouble()) * mean), () =>
    {
        if (!Calm)
        {
            act();
            Every(mean, act);
        }
    });

    private void Wake(SimulatedNode node)
    {
        foreach (var (to, message) in node.Run(Now, SyncDelay))
        {
            foreach (var arrival in Network.Arrivals(Now, node.Id, to))
            {
                At(arrival, () => Deliver(node.Id, to, message));
            }
        }

        Age(node);
        if (node.Core is null)
        {
            return;
        }

        var due = node.BusyUntil > Now ? node.BusyUntil : node.WorldTime(node.Core.NextDeadline);
        if (due != long.MaxValue && (!_wakes.TryGetValue(node.Id, out var planned) || due < planned))
        {
            _wakes[node.Id] = due;
            var life = node.Life;
            At(due, () => OnWake(node, due, life));
        }
    }

    /// <summary>What a node does of itself when it has worked: compact, or die at the worst moment.</summary>
    private void Age(SimulatedNode node)
    {
        if (node.Core is not { } core)
        {
            return;
        }

        if (node.JustSynced && !Calm && _random.NextDouble() < _weights.DeathAfterSync)
        {
            Crash(node);
        }
        else if (node.Applied - core.SnapshotIndex >= _weights.CompactAt && node.JustSynced)
        {
            node.PostCompact();
        }
    }

    /// <summary>Kills a node; it starts again by itself.</summary>
    public void Crash(SimulatedNode node)
    {
        node.Crash(_random);
        var life = node.Life;
        At(Now + _random.NextInt64(_weights.MaxDown), () =>
        {
            if (node.Core is null && node.Life == life)
            {
                Start(node);
            }
        });
    }

    private void OnWake(SimulatedNode node, long due, int life)
    {
        if (node.Life == life && _wakes.TryGetValue(node.Id, out var planned) && planned == due)
        {
            _wakes.Remove(node.Id);
            Wake(node);
        }
    }

    private void Deliver(NodeId from, NodeId to, RaftMessage message)
    {
        if (!Network.IsCut(from, to) && Nodes.TryGetValue(to, out var node))
        {
            Post(node, (core, now) => core.Step(now, from, message));
        }
    }

    private long SyncDelay() => Calm || _weights.SyncDelay == 0 ? 0 : _random.NextInt64(_weights.SyncDelay);

    private static RaftOptions OptionsOf(SwarmWeights weights) => new()
    {
        Heartbeat = TimeSpan.FromMilliseconds(50),
        ElectionMin = TimeSpan.FromMilliseconds(150),
        ElectionMax = TimeSpan.FromMilliseconds(300),
        MaxEntriesPerMessage = weights.EntriesPerMessage,
        MaxBytesPerMessage = 64,
    };
}
