using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>Does the effects of the core to the model, in about the time that the real ones take, with failures.</summary>
internal static partial class SimEffects
{
    public static void Run(World world, SimNode node, Effect effect)
    {
        var (least, most) = effect switch
        {
            InitialiseData => (100_000, 300_000),
            StartMysqld => (100_000, 400_000),
            RewindBinlog => (2_000, 50_000),
            KillMysqld => (300, 2_000),
            LookAtMysqld => (300, 4_000),
            StopReceiving => (2_000, 10_000),
            FollowSource => (4_000, 20_000),
            PromoteServer => (3_000, 20_000),
            SetAccess or ForgetSource => (1_000, 10_000),
            ReseedServer => (300_000, 1_500_000),
            _ => (500, 3_000),
        };
        var (life, mysqld, boot) = (node.AgentLife, node.Mysqld.Life, node.Boots);
        void After(int micros, Action action) => world.After(micros, () => node.WhenAwake(SimProcess.Agent, () => node.WhenAwake(SimProcess.Mysqld, action)));
        void Tell(EffectResult result) => world.After(world.Random.Next(50, 500), () => node.WhenAwake(SimProcess.Agent, () => node.StepIf(life, new EffectDone(effect.Id, result))));

        if (effect is KillMysqld)
        {
            // SIGKILL reaches a frozen process too.
            world.After(world.Random.Next(least, most), () => node.WhenAwake(SimProcess.Agent, () => Fence(world, node, life)));
            return;
        }

        if (effect is ReseedServer begun && node.Mysqld.Running)
        {
            world.Checkers.Reseeding(node, world.Node(begun.Donor.Id), begun.Extra);
            node.Mysqld.BeginClone();
        }

        if (effect is MeasureReach measure)
        {
            // The agent's own work: it needs no mysqld here.
            var all = measure.Others.Select(o => world.Node(o.Id)).ToList();
            var deadline = all.TrueForAll(n => Answers(world, node, n)) ? 0 : (int)measure.Deadline.TotalMicroseconds;
            world.After(world.Random.Next(least, most) + deadline, () =>
                Tell(new EffectResult { Reached = [.. all.Where(n => Answers(world, node, n)).Select(n => n.Id)] }));
            return;
        }

        // A mutant may read the sets before the receiver is off.
        var early = effect is StopReceiving && world.Mutation.Effects.ReadsSetsFirst ? node.Mysqld.Holds : null;
        After(world.Random.Next(least, most) + (int)node.Mysqld.SlowStatements.TotalMicroseconds, () =>
        {
            // An effect of a dead agent may still run to its end: a statement does run after its connection closed. None outlives its host.
            if (boot != node.Boots)
            {
                return;
            }

            // A rewind is the agent's own work, and ends with it. A clone that goes on is ended by the next agent.
            if (life != node.AgentLife && (effect is RewindBinlog or ReseedServer || world.Random.NextDouble() < 0.5))
            {
                return;
            }

            if (effect is ReseedServer && mysqld != node.Mysqld.Life)
            {
                GiveUp(node, "mysqld ended while it was cloned", Tell);
                return;
            }

            if (effect is not (LookAtMysqld or WriteMarker) && !world.Healed && world.Random.NextDouble() < world.Weights.EffectFailure)
            {
                if (effect is ReseedServer)
                {
                    GiveUp(node, "injected", Tell);
                    return;
                }

                Tell(Failed("injected"));
                return;
            }

            if (life == node.AgentLife)
            {
                node.Mysqld.TakeLock(life);
            }

            if (effect is not (InitialiseData or StartMysqld or ReseedServer or RewindBinlog) && mysqld != node.Mysqld.Life)
            {
                // Its connection ended with that process: a statement does not move to the next one.
                Tell(Failed("the connection to mysqld is lost"));
                return;
            }

            Do(world, node, effect, life, early is null ? Tell : result => Tell(result with { Set = early }));
        });
    }

    private static bool Answers(World world, SimNode from, SimNode to) =>
        to.Mysqld.Running && !to.Frozen(SimProcess.Mysqld) && world.Network.DataFlows(from, to);

    private static void Fence(World world, SimNode node, long life)
    {
        if (life == node.AgentLife)
        {
            node.KillMysqld("killed by its agent", world.Mutation.Effects.FencesByShutdown);
        }
    }

    private static void Do(World world, SimNode node, Effect effect, long life, Action<EffectResult> tell)
    {
        var mysqld = node.Mysqld;
        if (effect is not (InitialiseData or StartMysqld or RewindBinlog) && !mysqld.Running)
        {
            tell(Failed("mysqld does not run"));
            return;
        }

        switch (effect)
        {
            case InitialiseData initialise:
                tell(Initialise(mysqld, initialise));
                break;
            case StartMysqld when mysqld.CannotStart:
                tell(Failed("mysqld ended right after its start"));
                break;
            case StartMysqld start:
                tell(Start(node, start, life));
                break;
            case ApplySettings apply:
                tell(mysqld.Apply(apply));
                break;
            case CheckSettings check:
                tell(SimMysqld.Check(check));
                break;
            case RewindBinlog rewind:
                Rewind(world, node, rewind, life, tell);
                break;
            case LookAtMysqld:
                mysqld.MeddledUnseen = false;
                tell(Good(node));
                break;
            case StopReceiving:
                var held = world.Mutation.Effects.KeepsReceiving ? mysqld.Holds : mysqld.StopReceiver();
                if (!mysqld.Executed.Contains(held) && !world.Mutation.Effects.PromisesWithoutApplying)
                {
                    mysqld.StartApplier();
                }

                tell(Good(node) with { Set = held });
                break;
            case FollowSource follow:
                var refusal = mysqld.Follow(world.Node(follow.Leader.Id), follow.SemiSync);
                tell(Good(node) with { Failure = refusal is null ? null : Failed(refusal).Failure });
                break;
            case PromoteServer promote:
                Promote(world, node, promote, life, tell);
                break;
            case ForgetSource:
                tell(mysqld.ForgetSource() ? Good(node) : Failed("received is not applied"));
                break;
            case SetAccess set:
                mysqld.SetAccess(set.Access.LetIn, set.Access.LockedOut);
                tell(Good(node));
                break;
            case WriteMarker:
                void Told(bool ok) => tell(ok ? new EffectResult() : Failed("not acknowledged"));
                mysqld.Write(world.NextContent(), agent: true, ok =>
                {
                    if (mysqld.MarkersTold == TimeSpan.Zero)
                    {
                        Told(ok);
                    }
                    else
                    {
                        world.After((int)mysqld.MarkersTold.TotalMicroseconds, () => Told(ok));
                    }
                });
                break;
            case OpenServerToClients:
                mysqld.SetOffline(false);
                tell(Good(node));
                break;
            case EnableEvents:
                tell(mysqld.RunEvents() ? new EffectResult() : Failed("read-only"));
                break;
            case DemoteServer:
                Demote(world, node, world.Now + TimeSpan.FromSeconds(2), mysqld.Life, tell);
                break;
            case ReseedServer reseed:
                Reseed(world, node, reseed, tell);
                break;
            default:
                throw new InvalidOperationException(effect.GetType().Name);
        }
    }

    private static void Promote(World world, SimNode node, PromoteServer promote, long agent, Action<EffectResult> tell)
    {
        if (promote.After is { } last && !node.Mysqld.Executed.Contains(last) && !world.Mutation.Effects.TakesOverUnapplied)
        {
            TakeOverLater(world, node, promote, agent, tell, world.Now + TimeSpan.FromSeconds(3));
            return;
        }

        if (!node.Mysqld.Executed.Contains(node.Mysqld.Received) && !world.Mutation.Duty.PromoteBeforeApplied
            && !world.Mutation.Effects.TakesOverUnapplied)
        {
            node.Mysqld.StartApplier();
            tell(Failed("received is not applied"));
            return;
        }

        var began = node.Mysqld.Executed;
        if (promote.After is null)
        {
            _ = node.Mysqld.StopReceiver();
        }

        node.Mysqld.BecomeSource(promote.AcksNeeded);
        node.Mysqld.SetAccess([], promote.Access.LockedOut);

        // The deadline is read right before the opening statement is sent; the statement itself may take its time.
        if (node.LocalNow >= node.LeaseUntil)
        {
            tell(Failed("the lease ran out"));
            return;
        }

        var life = node.Mysqld.Life;
        world.After(world.Random.Next(100, 5_000), () => node.WhenAwake(SimProcess.Mysqld, () =>
        {
            if (life != node.Mysqld.Life || !node.Mysqld.Running)
            {
                return;
            }

            if (promote.ClosedToClients)
            {
                node.Mysqld.SetOffline(true);
            }

            if (node.Mysqld.OpenForWrites(agent))
            {
                world.Checkers.Promoted(node, promote.Epoch);
                tell(new EffectResult { Set = began });
            }
            else
            {
                tell(Failed("another agent holds the effects lock"));
            }
        }));
    }

    /// <summary>Taking over: the last transactions of the old leader are still on their way.</summary>
    private static void TakeOverLater(World world, SimNode node, PromoteServer promote, long agent, Action<EffectResult> tell, Instant deadline)
    {
        var life = node.Mysqld.Life;
        world.After(world.Random.Next(200, 2_000), () => node.WhenAwake(SimProcess.Mysqld, () =>
        {
            if (life != node.Mysqld.Life || !node.Mysqld.Running)
            {
                return;
            }

            if (world.Now >= deadline)
            {
                tell(Failed("the old leader's last transactions did not come"));
            }
            else if (node.Mysqld.Executed.Contains(promote.After!))
            {
                Promote(world, node, promote, agent, tell);
            }
            else
            {
                TakeOverLater(world, node, promote, agent, tell, deadline);
            }
        }));
    }

    private static void Demote(World world, SimNode node, Instant deadline, long life, Action<EffectResult> tell)
    {
        if (life != node.Mysqld.Life)
        {
            return;
        }

        // The variable reads 1 from here on, though the statement returns only when no commit waits any more.
        node.Mysqld.CloseForWrites();
        if (world.Mutation.Effects.DemotedByVariable)
        {
            tell(Good(node) with { Set = node.Mysqld.Executed });
        }
        else if (node.Mysqld.WaitingSessions == 0)
        {
            tell(Good(node) with { Set = node.Mysqld.Executed });
        }
        else if (world.Now >= deadline)
        {
            tell(Failed("sessions still wait"));
        }
        else
        {
            world.After(5_000, () => Demote(world, node, deadline, life, tell));
        }
    }

    private static void Rewind(World world, SimNode node, RewindBinlog rewind, long life, Action<EffectResult> tell)
    {
        var mysqld = node.Mysqld;
        var faults = world.Mutation.Effects;
        var made = faults.ForgetsArchives ? null : mysqld.Archives.GetValueOrDefault(rewind.Epoch);
        var keep = faults.CutsTooMuch ? rewind.Began : rewind.Keep;
        var (tail, refusal) = mysqld.TailBeyond(keep, rewind.Began);
        if (refusal is not null || mysqld.Running || (mysqld.Uuid != rewind.ServerUuid && tail.Count > 0))
        {
            tell(Failed(refusal ?? "the data is in use, or another server's"));
            return;
        }

        if (tail.Count == 0)
        {
            tell(new EffectResult { Archived = made });
            return;
        }

        var set = tail.Aggregate(GtidSet.Empty, (all, t) => all.Union(t.Gtid));
        if (!faults.CutsUnarchived)
        {
            made ??= new ArchivedTail(node.Id, set, $"archive/epoch-{rewind.Epoch}-{rewind.ServerUuid}", DateTimeOffset.UnixEpoch);
            mysqld.Archives[rewind.Epoch] = made;
            world.Checkers.Archived(set);
        }

        // The agent may die between any two of these.
        void Then(Action action) => world.After(world.Random.Next(1_000, 10_000) + (int)mysqld.RewindPause.TotalMicroseconds, () =>
            node.WhenAwake(SimProcess.Agent, () =>
            {
                if (life == node.AgentLife && !mysqld.Running)
                {
                    action();
                }
            }));
        Then(() =>
        {
            world.Checkers.Cutting(node, tail);
            world.Log(node, $"cuts {set}");
            mysqld.Cut(tail);
            Then(() => tell(new EffectResult { Archived = made }));
        });
    }

    private static void Reseed(World world, SimNode node, ReseedServer reseed, Action<EffectResult> tell)
    {
        var donor = world.Node(reseed.Donor.Id);
        if (!donor.Mysqld.Running || !world.Network.DataFlows(donor, node))
        {
            GiveUp(node, "the donor is gone", tell);
            return;
        }

        node.Mysqld.CloneFrom(donor.Mysqld);
        node.Mysqld.Die();
        var archived = reseed.Extra.IsEmpty ? null : new ArchivedTail(node.Id, reseed.Extra, $"archive/{world.NextContent()}", DateTimeOffset.UnixEpoch);
        tell(new EffectResult { Archived = archived });
    }

    /// <summary>CLONE had dropped the old data before it failed.</summary>
    private static void GiveUp(SimNode node, string why, Action<EffectResult> tell)
    {
        node.Mysqld.GiveUp();
        tell(Failed(why) with { DataLost = true });
    }

    private static EffectResult Good(SimNode node) => new() { Status = node.Mysqld.Running ? node.Mysqld.Status() : null };

    private static EffectResult Failed(string text) => new() { Failure = new MySqlHa.Cluster.Reason("failed", text) };
}
