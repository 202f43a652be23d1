using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>
/// The verbs of scenarios, over a <see cref="World"/> without any fault of its own: what a script does not say does not happen.
/// A step that waits throws <see cref="ScriptStuck"/> when it waited in vain, and <see cref="ScriptOver"/> when a checker spoke.
/// </summary>
internal sealed class Script
{
    private long _calls = 1_000_000;

    public Script(int nodes, int seed, Mutation? mutation, bool verbose, double drift = 0) =>
        World = new World(seed, Weights.Quiet(nodes) with { Drift = drift }, mutation, verbose);

    public World World { get; }

    public SimNode this[int number] => World.Nodes[number];

    public IEnumerable<SimNode> AllBut(params int[] numbers) => World.Nodes.Where(n => !numbers.Contains(n.Number));

    /// <summary>All nodes found a cluster; n0 leads epoch 1, the others follow and acknowledge; the controller is not on n0.</summary>
    public void Found()
    {
        foreach (var node in World.Nodes)
        {
            node.StartAgent();
        }

        Until("n0 leads epoch 1 and all follow", () => Leads(this[0], 1) && World.Checkers.WhyNotConverged() is null);
        Until("the controller is on another node", () => Controller is { } controller && (controller != this[0] || World.Nodes.Count == 1));
        For(0.5);
    }

    /// <summary>The node that is sure to be the controller; null while none is.</summary>
    public SimNode? Controller => World.Nodes.Where(n => n.Core?.IsController == true).Take(2).ToList() is [var one] ? one : null;

    /// <summary>Hands the controller's part on until it is this node's; each hands it to the lowest other node, n0 left out.</summary>
    public void LetControl(SimNode node)
    {
        while (Controller is { } other && other != node)
        {
            other.Step(StopAsked.Instance);
            Until("another node is the controller", () => Controller is { } next && next != other);
        }

        For(0.5);
    }

    /// <summary>The epoch that the node knows: its number, and whether it is closed.</summary>
    public static long EpochOn(SimNode node) => node.Core?.State.Current?.Number ?? 0;

    public static bool KnowsClosed(SimNode node, long epoch) =>
        node.Core?.State.Current is { } current && (current.Number > epoch || (current.Number == epoch && current.Closed));

    public static bool Promised(SimNode node, long epoch) => node.Core?.Local.Promise is { } promise && promise.Epoch >= epoch;

    public static bool Follows(SimNode node, SimNode leader) =>
        node.Mysqld.Receiver is { Attached: true } receiver && receiver.Source == leader;

    /// <summary>Everything that the node ever acknowledged is known to be on it.</summary>
    public static bool IsWhole(SimNode node) => node.Core?.Local.Attachment?.Receipts == Receipts.Whole;

    /// <summary>Some node has applied the opening of this epoch.</summary>
    public bool Opened(long epoch) => World.Nodes.Any(n => EpochOn(n) >= epoch);

    /// <summary>Is writable in this epoch, or was made so just now.</summary>
    public bool Leads(SimNode node, long epoch) =>
        World.Checkers.EpochOf(node) == epoch && node.Mysqld is { Running: true, ReadOnly: false } && EpochOn(node) == epoch;

    public void Step(string what, params IEnumerable<Action> actions)
    {
        World.Log(null, $"---- {what}");
        foreach (var action in actions)
        {
            action();
        }
    }

    /// <summary>Waits for what the script is about: stuck where it does not come.</summary>
    public void Until(string what, Func<bool> condition, double seconds = 10)
    {
        if (!Within(what, condition, seconds))
        {
            throw new ScriptStuck($"after {seconds} s: not yet that {what}");
        }
    }

    /// <summary>Waits for it, and goes on where it does not come.</summary>
    public bool Within(string what, Func<bool> condition, double seconds)
    {
        World.Log(null, $"---- until {what}");
        var end = World.Now + TimeSpan.FromSeconds(seconds);
        while (!condition() && World.Now < end)
        {
            Run(TimeSpan.FromMicroseconds(500));
        }

        return condition();
    }

    public void For(double seconds)
    {
        World.Log(null, $"---- for {seconds} s");
        Run(TimeSpan.FromSeconds(seconds));
    }

    /// <summary>A demand of the scenario's own, under a checker's name.</summary>
    public void Demand(string checker, bool holds, string otherwise)
    {
        if (!holds)
        {
            World.Checkers.Fail(checker, otherwise);
            throw new ScriptOver();
        }
    }

    /// <summary>I4, first half: within so many seconds the majority that is up has a leader whose commits are acknowledged.</summary>
    public void DemandLeader(double seconds, params SimNode[] among)
    {
        var led = Within("a majority leads", () => among.Any(n => Writable(n)), seconds);
        Demand("MajorityLeads", led, $"{string.Join(", ", among.Select(n => $"n{n.Number}"))} are up and reach each other, but none leads");
        var commit = Write(among.First(Writable));
        _ = Within("a commit is acknowledged", () => commit.Told is not null, seconds);
        Demand("MajorityLeads", commit.Told == true, "a leader is there, but its commit is not acknowledged");
    }

    /// <summary>Writable, open to clients, and in its lease.</summary>
    public static bool Writable(SimNode node) =>
        node.Mysqld is { Running: true, ReadOnly: false, Offline: false } && node.LocalNow < node.LeaseUntil;

    /// <summary>A client commits on the node, whatever the node is.</summary>
    public ScriptedCommit Write(SimNode on)
    {
        var commit = new ScriptedCommit(World.NextContent());
        var epoch = World.Checkers.EpochOf(on);
        on.WhenAwake(SimProcess.Mysqld, () => on.Mysqld.Write(commit.Content, agent: false, ok => Tell(on, commit, epoch, ok)));
        return commit;
    }

    /// <summary>A commit whose client has gone, on a server that lets nobody read: whether it stays is nobody's concern.</summary>
    public void WriteUnheard(SimNode on)
    {
        on.Mysqld.SetOffline(true);
        on.Mysqld.Write(World.NextContent(), agent: true, _ => { });
    }

    /// <summary>A commit that its client is told OK for, received by these nodes only.</summary>
    public ScriptedCommit WriteReceivedBy(SimNode leader, params SimNode[] receivers)
    {
        foreach (var other in World.Nodes.Where(n => n != leader && !receivers.Contains(n)))
        {
            CutData(leader, other);
        }

        var commit = Write(leader);
        Until("T is acknowledged", () => commit.Told == true);
        return commit;
    }

    /// <summary>A new machine, which follows and does not vote: no more voters are wanted.</summary>
    public SimNode AddFollower(SimNode leader)
    {
        var node = World.AddNode();
        node.StartAgent();
        Until($"n{node.Number} follows n{leader.Number}", () => Follows(node, leader), seconds: 30);
        For(0.5);
        return node;
    }

    public void CutData(SimNode a, SimNode b) => Cut(a, b, control: false, data: true);

    /// <summary>The node's agent is heard by none and hears none; replication flows on.</summary>
    public void CutControl(SimNode node) => AllBut(node.Number).ToList().ForEach(n => Cut(node, n, control: true, data: false));

    /// <summary>The node's agent is heard by none, but hears.</summary>
    public void CutOutgoing(SimNode node) =>
        AllBut(node.Number).ToList().ForEach(n => World.Network.Cut(node, n, control: true, data: false));

    public void MendControl(SimNode node) =>
        AllBut(node.Number).ToList().ForEach(n => World.Network.Mend(node, n, control: true, data: false));

    public void MendData(SimNode a, SimNode b) => World.Network.Mend(a, b, control: false, data: true);

    public void RestartAgent(SimNode node)
    {
        node.StopAgent();
        node.StartAgent();
    }

    public void Ask(SimNode at, OperatorRequest request)
    {
        World.Log(at, $"operator asks {request.GetType().Name}");
        at.StepIf(at.AgentLife, new OperatorCalled(_calls++, request, World.Operator));
    }

    /// <summary>An operator asks the controller to give the leader up.</summary>
    public void AskFailover(SimNode to) => Ask(Controller!, new FailoverRequest(0, to.Id, AcceptDataLoss: false));

    public void AskSwitchover(SimNode to) => Ask(Controller!, new SwitchoverRequest(0, to.Id));

    /// <summary>mysqld ends and does not start again until the script settles: a full disk, say.</summary>
    public static void BreakMysqld(SimNode node)
    {
        node.Mysqld.CannotStart = true;
        node.KillMysqld("killed");
    }

    /// <summary>All that failed is mended; everything must come together, with nothing lost.</summary>
    public void Settle()
    {
        foreach (var node in World.Nodes)
        {
            (node.Mysqld.CannotStart, node.Mysqld.AcksLost, node.Mysqld.MarkersTold) = (false, false, TimeSpan.Zero);
            (node.Mysqld.AckDelay, node.Mysqld.ReceiveDelay, node.Mysqld.SlowStatements) = (TimeSpan.Zero, TimeSpan.Zero, TimeSpan.Zero);
        }

        Simulation.Settle(World);
    }

    private void Cut(SimNode a, SimNode b, bool control, bool data)
    {
        World.Network.Cut(a, b, control, data);
        World.Network.Cut(b, a, control, data);
    }

    private void Tell(SimNode on, ScriptedCommit commit, long epoch, bool ok)
    {
        commit.Told = ok;
        World.Log(on, $"client of row {commit.Content} is told {(ok ? "OK" : "nothing: its connection is lost")}");
        if (ok)
        {
            World.Checkers.Acknowledged(on, commit.Content, epoch);
        }
    }

    private void Run(TimeSpan time)
    {
        _ = World.Run(World.Now + time);
        if (World.Checkers.Violation is not null)
        {
            throw new ScriptOver();
        }
    }
}
