using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>Draws faults by the run's weights, each with its end.</summary>
internal sealed class FaultPlan(World world)
{
    private readonly (double Weight, Action Do)[] _kinds = Kinds(world);
    private long _callId = 1;

    public void Start() => Next();

    private void Next() => world.After((int)(world.Weights.FaultEvery * 1e6 * (0.2 + (1.6 * world.Random.NextDouble()))), () =>
    {
        if (world.Healed)
        {
            return;
        }

        var total = _kinds.Sum(k => k.Weight);
        var drawn = world.Random.NextDouble() * total;
        foreach (var (weight, fault) in _kinds)
        {
            drawn -= weight;
            if (drawn <= 0 && weight > 0)
            {
                fault();
                break;
            }
        }

        Operate();
        Next();
    });

    private static (double, Action)[] Kinds(World world)
    {
        var w = world.Weights;
        return
        [
            (w.AgentCrash, () => CrashAgent(world, Victim(world))),
            (w.MysqldKill, () => KillMysqld(world, Victim(world))),
            (w.HostCrash, () => CrashHost(world, Victim(world))),
            (w.PowerOff, () => world.Nodes.ToList().ForEach(n => CrashHost(world, n))),
            (w.Partition, () => Isolate(world, Victim(world), control: true, data: true)),
            (w.ControlCut, () => Isolate(world, Victim(world), control: true, data: false)),
            (w.DataCut, () => Isolate(world, Victim(world), control: false, data: true)),
            (w.OneWayCut, () => CutOneWay(world)),
            (w.Freeze, () => Freeze(world, Victim(world))),
            (w.AgentRestart, () => RestartAgent(world, Victim(world))),
            (w.ApplierStall, () => StallApplier(world, Victim(world))),
        ];
    }

    /// <summary>Half of the time the leader: that is where it hurts.</summary>
    private static SimNode Victim(World world)
    {
        var leader = world.Nodes.FirstOrDefault(n => n.Mysqld is { Running: true, ReadOnly: false });
        return leader is not null && world.Random.Next(2) == 0 ? leader : world.Nodes[world.Random.Next(world.Nodes.Count)];
    }

    private static void CrashAgent(World world, SimNode node)
    {
        world.Fault(node, "agents killed", "agent killed");
        node.StopAgent();
        world.After(world.Random.Next(100_000, 3_000_000), node.StartAgent);
    }

    /// <summary>As on SIGTERM: three seconds at most to settle what others would wait for.</summary>
    private static void RestartAgent(World world, SimNode node)
    {
        world.Fault(node, "agents restarted", "agent told to stop");
        var life = node.AgentLife;
        node.WhenAwake(SimProcess.Agent, () => node.StepIf(life, StopAsked.Instance));
        End(world, node, life, world.Now);
    }

    private static void End(World world, SimNode node, long life, Instant began) => world.After(5_000, () => node.WhenAwake(SimProcess.Agent, () =>
    {
        if (life != node.AgentLife || !node.AgentUp)
        {
            return;
        }

        if (!node.Core!.MayStop && world.Now < began + TimeSpan.FromSeconds(3))
        {
            End(world, node, life, began);
            return;
        }

        world.Log(node, "agent ends");
        node.StopAgent();
        node.RestEnds = began + (Weights.Timing.Rest * 1.02);
        if (world.Random.NextDouble() < world.Weights.OtherLease)
        {
            node.Timing = Weights.Timing with { Lease = Weights.Timing.Lease * (world.Random.Next(2) == 0 ? 0.5 : 1) };
            world.Tally.Count("agents with another lease");
        }

        world.After(world.Random.Next(200_000, 6_000_000), node.StartAgent);
    }));

    private static void KillMysqld(World world, SimNode node)
    {
        world.Fault(node, "mysqlds killed", "mysqld killed");
        node.KillMysqld("killed");
    }

    private static void CrashHost(World world, SimNode node)
    {
        world.Fault(node, "hosts crashed", "power lost");
        node.LosePower();
        world.After(world.Random.Next(500_000, 4_000_000), node.StartAgent);
    }

    private static void Isolate(World world, SimNode node, bool control, bool data)
    {
        world.Fault(node, control && data ? "nodes cut off" : control ? "control planes cut" : "data planes cut", $"cut off{(control ? " control" : "")}{(data ? " data" : "")}");
        foreach (var other in world.Nodes.Where(o => o != node))
        {
            world.Network.Cut(node, other, control, data);
            world.Network.Cut(other, node, control, data);
        }

        HealLater(world);
    }

    private static void CutOneWay(World world)
    {
        var from = world.Nodes[world.Random.Next(world.Nodes.Count)];
        foreach (var to in world.Nodes.Where(o => o != from && world.Random.Next(3) > 0))
        {
            world.Fault(from, "one-way cuts", $"cut one way to n{to.Number}");
            world.Network.Cut(from, to, control: true, data: world.Random.Next(2) == 0);
        }

        HealLater(world);
    }

    private static void HealLater(World world) => world.After(world.Random.Next(300_000, 5_000_000), () =>
    {
        world.Network.Heal();
        world.Checkers.Healed();
        world.Log(null, "network healed");
    });

    private static void Freeze(World world, SimNode node)
    {
        var time = TimeSpan.FromMilliseconds(world.Random.Next(100, 4000));
        var kind = world.Random.Next(3);
        world.Fault(node, "freezes", $"frozen for {time.TotalSeconds:0.0} s ({(kind == 0 ? "agent" : kind == 1 ? "mysqld" : "both")})");
        if (kind != 1)
        {
            node.Freeze(SimProcess.Agent, time);
        }

        if (kind != 0)
        {
            node.Freeze(SimProcess.Mysqld, time);
        }
    }

    private static void StallApplier(World world, SimNode node)
    {
        world.Fault(node, "appliers stalled", "applier stalls");
        node.Mysqld.ApplierStalled = true;
        world.After(world.Random.Next(500_000, 5_000_000), () =>
        {
            node.Mysqld.ApplierStalled = false;
            node.Mysqld.Apply();
        });
    }

    private void Operate()
    {
        var w = world.Weights;
        var at = world.Nodes[world.Random.Next(world.Nodes.Count)];
        NodeId? to = world.Random.Next(2) == 0 ? world.Nodes[world.Random.Next(world.Nodes.Count)].Id : null;
        OperatorRequest? request = world.Random.NextDouble() < w.Switchover / 4 ? new SwitchoverRequest(0, to)
            : world.Random.NextDouble() < w.Switchover / 8
                ? new PlanSwitchoverRequest(0, to, null, world.Random.Next(50, 3000), DryRun: false)
            : world.Random.NextDouble() < w.Switchover / 16 ? new CancelSwitchoverRequest(0)
            : world.Random.NextDouble() < w.Failover / 8 ? new FailoverRequest(0, to, false)
            : world.Random.NextDouble() < w.Reinit / 8 ? new ReinitRequest(0, world.Nodes[world.Random.Next(world.Nodes.Count)].Id)
            : world.Random.NextDouble() < w.Wishes / 4
                ? new MaintenanceRequest(0, world.Nodes[world.Random.Next(world.Nodes.Count)].Id, world.Random.Next(1000, 6000), null)
            : world.Random.NextDouble() < w.Wishes / 6 ? new PauseRequest(0, world.Random.Next(2) == 0)
            : null;
        if (request is not null)
        {
            world.Tally.Count("requests of operators");
            world.Log(at, $"operator asks {request.GetType().Name}");
            at.WhenAwake(SimProcess.Agent, () => at.StepIf(at.AgentLife, new OperatorCalled(_callId++, request, World.Operator)));
        }
    }
}
