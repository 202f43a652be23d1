using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

internal enum SimProcess
{
    Agent,
    Mysqld,
    Guard,
}

/// <summary>
/// A host: a disk, a clock of its own rate, an agent (the real <see cref="NodeCore"/>), a mysqld and its guard (models).
/// </summary>
internal sealed class SimNode
{
    private readonly World _world;
    private readonly double _rate;
    private readonly long _offset;
    private readonly Dictionary<SimProcess, Instant> _frozenUntil = [];

    // When the core wants its next tick, and when the world looks whether that is due: at that instant or before.
    private Instant _tickAt = Instant.Never;
    private Instant _lookAt = Instant.Never;

    // What the guard was told last: it outlives the agent, not the host.
    private (long Mysqld, Instant FenceAt) _order = (0, Instant.Never);

    public SimNode(World world, int number, NodeAddress? address = null)
    {
        _world = world;
        Number = number;
        Id = world.Place.IdOf(number);
        Address = address ?? new NodeAddress(world.Place.HostOf(number));
        _rate = 1 + (world.Weights.Drift * ((2 * world.Random.NextDouble()) - 1));
        _offset = world.Random.Next(1, 1_000_000);
        Mysqld = new SimMysqld(world, this);
        (Standalone, Voters) = world.Weights.Nodes == 1 ? (number == 0, 3) : (false, world.Weights.Nodes);
    }

    public int Number { get; }
    public NodeId Id { get; }
    public NodeAddress Address { get; }
    public NodeCore? Core { get; private set; }
    public SimDisk Disk { get; } = new();
    public SimMysqld Mysqld { get; }

    /// <summary>What operators were told here, oldest first.</summary>
    public List<OperatorAnswer> Answers { get; } = [];

    /// <summary>As configured; from the agent's next start on.</summary>
    public NodeTags Tags { get; set; } = NodeTags.None;

    /// <summary>As configured; from the agent's next start on. A node that the world begins with alone is alone on purpose.</summary>
    public bool Standalone { get; set; }
    public int Voters { get; set; }

    public Timing Timing { get; set; } = Weights.Timing;

    /// <summary>It is configured without any peer.</summary>
    public bool KnowsNobody { get; set; }

    /// <summary>What its own configuration file sets; from the agent's next start on.</summary>
    public System.Collections.Immutable.ImmutableSortedSet<string> OwnSettings { get; set; } = [];

    /// <summary>How far its wall clock is ahead of the world's, in milliseconds.</summary>
    public long WallAhead { get; set; }

    /// <summary>Log entries until a snapshot replaces them; from the agent's next start on.</summary>
    public int SnapshotEvery { get; set; } = 20;
    public bool AgentUp => Core is not null;
    public int Boots { get; private set; } = 1;
    public bool HostUp { get; private set; } = true;

    /// <summary>The machine is destroyed, disk and all: it never comes back.</summary>
    public bool Retired { get; private set; }
    public long AgentLife { get; private set; }

    /// <summary>An agent that was told to stop was allowed to be away until then: so long it may believe in its lease unheard.</summary>
    public Instant RestEnds { get; set; } = Instant.Zero;
    public Instant LeaseUntil => Disk.LeaseUntil;

    public Instant LocalNow => new((long)(_world.Now.Micros * _rate) + _offset);

    private Instant TrueTime(Instant local) => local == Instant.Never ? Instant.Never : new Instant((long)((local.Micros - _offset) / _rate) + 1);

    public void StartAgent()
    {
        if (AgentUp || Retired)
        {
            return;
        }

        HostUp = true;
        AgentLife++;
        var options = new CoreOptions
        {
            Self = Id,
            Name = $"n{Number}",
            Address = Address,
            Group = new ServiceGroup(_world.Place.Group),
            Seeds = KnowsNobody ? []
                : [.. _world.Place.Seeds(_world.Weights.Nodes).Where(host => host != Address.Host).Select(host => (host, 9638))],
            Voters = Standalone ? 1 : Voters,
            Standalone = Standalone,
            DeadForLong = 8,
            Timing = Timing,
            BootId = $"boot-{Number}-{Boots}",
            NewClusterId = $"cluster-{Number}",
            NewClusterSecret = "c2VjcmV0",
            SnapshotEvery = SnapshotEvery,
            Adopts = Mysqld.BroughtRow != 0,
            Tags = Tags,
            OwnSettings = OwnSettings,
            DutyFaults = _world.Mutation.Duty,
            ControllerFaults = _world.Mutation.Controller,
            Faults = _world.Mutation.Core,
        };
        if (Mysqld.HalfMade)
        {
            Mysqld.GiveUp();
        }

        var state = !Mysqld.HasData ? MysqldState.Absent : Mysqld.Running ? MysqldState.Running : MysqldState.Stopped;
        Core = new NodeCore(options, new CoreRestored(Disk.Raft, Disk.Local, state, Disk.LeaseUntil, Announced: Disk.Announced), new Random(_world.Random.Next()), LocalNow);
        Step(Tick.Instance);
    }

    public void StopAgent()
    {
        Core = null;
        AgentLife++;
    }

    /// <summary>The power goes: agent, mysqld, page cache; the next boot has another id.</summary>
    public void LosePower()
    {
        StopAgent();
        Mysqld.LosePower(_world.Random);
        HostUp = false;
        _order = (0, Instant.Never);
        Boots++;
        (Disk.LeaseUntil, Disk.Announced) = (Instant.Zero, 0);
    }

    public void Retire()
    {
        LosePower();
        Retired = true;
    }

    public void KillMysqld(string how, bool byShutdown = false)
    {
        if (!Mysqld.Running)
        {
            return;
        }

        (byShutdown ? (Action)Mysqld.Shutdown : Mysqld.Die)();
        _ = _frozenUntil.Remove(SimProcess.Mysqld);
        if (Mysqld.HalfMade)
        {
            return; // the agent that clones expects its end
        }

        var life = AgentLife;
        _world.After(_world.Random.Next(500, 5_000), () => WhenAwake(SimProcess.Agent, () => StepIf(life, new MysqldExited(how))));
    }

    public void Freeze(SimProcess process, TimeSpan time) => _frozenUntil[process] = _world.Now + time;

    public bool Frozen(SimProcess process) => _frozenUntil.TryGetValue(process, out var until) && _world.Now < until;

    /// <summary>Runs now, or when the process is thawed.</summary>
    public void WhenAwake(SimProcess process, Action action)
    {
        if (Frozen(process))
        {
            _world.At(_frozenUntil[process] + TimeSpan.FromMicroseconds(_world.Random.Next(1, 2000)), () => WhenAwake(process, action));
        }
        else
        {
            action();
        }
    }

    /// <summary>Now, or when the agent is thawed; never in another life of it.</summary>
    public void StepWhenAwake(CoreInput input)
    {
        if (Frozen(SimProcess.Agent))
        {
            var life = AgentLife;
            WhenAwake(SimProcess.Agent, () => StepIf(life, input));
        }
        else
        {
            Step(input);
        }
    }

    public void StepIf(long life, CoreInput input)
    {
        if (life == AgentLife && AgentUp)
        {
            Step(input);
        }
    }

    public void Step(CoreInput input)
    {
        if (Core is not { } core)
        {
            return;
        }

        _world.Steps++;
        var output = core.Step(LocalNow, _world.WallClock + WallAhead, input);
        if (_world.DiesBeforeKeeping(this))
        {
            StopAgent();
            return;
        }

        Disk.Keep(output);
        Disk.Announced = Math.Max(Disk.Announced, core.AppliedIndex);
        Order(output.FenceAt);
        _world.Checkers.Kept(this, core);
        if (_world.Checkers.Violation is not null)
        {
            return; // the run is over
        }

        foreach (var one in output.Events)
        {
            _world.Log(this, one.Text);
        }

        foreach (var (host, port, message) in output.Datagrams)
        {
            _world.SendDatagram(this, host, message);
        }

        foreach (var (to, _, message) in output.Frames)
        {
            _world.SendFrame(this, to, message);
        }

        foreach (var effect in output.Effects)
        {
            SimEffects.Run(_world, this, effect);
        }

        foreach (var reply in output.Replies)
        {
            Answers.Add(reply.Answer);
            _world.Log(this, $"operator: {reply.Answer.Outcome} {reply.Answer.Reason.Text}");
        }

        ScheduleTick(core);
    }

    private void Order(Instant fenceAt)
    {
        var told = (Mysqld.Life, fenceAt);
        if (_order != told)
        {
            _order = told;
            if (fenceAt != Instant.Never)
            {
                // A busy machine wakes it up a little late.
                var late = TimeSpan.FromMicroseconds(_world.Random.Next(20_000));
                _world.At(TrueTime(fenceAt) + late, () => WhenAwake(SimProcess.Guard, Guard));
            }
        }
    }

    /// <summary>The guard looks at its clock. SIGKILL reaches a frozen process too.</summary>
    private void Guard()
    {
        if (_order.Mysqld == Mysqld.Life && LocalNow >= _order.FenceAt && !_world.Mutation.Effects.NoGuard)
        {
            _world.Log(this, "the guard kills mysqld");
            KillMysqld("killed by its guard");
        }
    }

    private void ScheduleTick(NodeCore core)
    {
        _tickAt = Instant.Later(TrueTime(core.NextDeadline), _world.Now + TimeSpan.FromMicroseconds(50));
        LookByTheTick();
    }

    /// <summary>Most steps put the tick off: one look that was early goes on to the next, so there is not one for each step.</summary>
    private void LookByTheTick()
    {
        if (_tickAt >= _lookAt)
        {
            return;
        }

        var at = _lookAt = _tickAt;
        _world.At(at, () =>
        {
            if (at != _lookAt)
            {
                return; // an earlier one came in between
            }

            _lookAt = Instant.Never;
            if (_world.Now < _tickAt)
            {
                LookByTheTick();
                return;
            }

            _tickAt = Instant.Never;
            StepWhenAwake(Tick.Instance);
        });
    }
}
