using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>Does the effects of the core to the model, in about the time that the real ones take, with failures.</summary>
internal static class SimEffects
{
    public static void Run(World world, SimNode node, Effect effect)
    {
        var (least, most) = effect switch
        {
            InitialiseData => (100_000, 300_000),
            StartMysqld => (100_000, 400_000),
            KillMysqld => (300, 2_000),
            LookAtMysqld => (300, 4_000),
            StopReceiving => (2_000, 10_000),
            FollowSource => (4_000, 20_000),
            PromoteServer => (3_000, 20_000),
            SetAccess => (1_000, 10_000),
            ReseedServer => (300_000, 1_500_000),
            _ => (500, 3_000),
        };
        var (life, boot) = (node.AgentLife, node.Boots);
        void After(int micros, Action action) => world.After(micros, () => node.WhenAwake(SimProcess.Agent, () => node.WhenAwake(SimProcess.Mysqld, action)));
        void Tell(EffectResult result) => world.After(world.Random.Next(50, 500), () => node.WhenAwake(SimProcess.Agent, () => node.StepIf(life, new EffectDone(effect.Id, result))));

        if (effect is KillMysqld)
        {
            // SIGKILL reaches a frozen process too.
            world.After(world.Random.Next(least, most), () => node.WhenAwake(SimProcess.Agent, () => { if (life == node.AgentLife) { node.KillMysqld("killed by its agent"); } }));
            return;
        }

        After(world.Random.Next(least, most), () =>
        {
            // An effect of a dead agent may still run to its end: a statement does run after its connection closed. None outlives its host.
            if (boot != node.Boots)
            {
                return;
            }

            if (life != node.AgentLife && world.Random.NextDouble() < 0.5)
            {
                return;
            }

            if (effect is not (LookAtMysqld or WriteMarker) && world.Random.NextDouble() < world.Weights.EffectFailure)
            {
                Tell(Failed("injected"));
                return;
            }

            Do(world, node, effect, life, Tell);
        });
    }

    private static void Do(World world, SimNode node, Effect effect, long life, Action<EffectResult> tell)
    {
        var mysqld = node.Mysqld;
        if (effect is not (InitialiseData or StartMysqld) && !mysqld.Running)
        {
            tell(Failed("mysqld does not run"));
            return;
        }

        switch (effect)
        {
            case InitialiseData initialise:
                if (!mysqld.HasData)
                {
                    mysqld.Initialise();
                    mysqld.SetAccess(initialise.Members, []);
                }

                tell(new EffectResult());
                break;
            case StartMysqld:
                if (!mysqld.Running)
                {
                    mysqld.Start();
                }

                tell(Good(node));
                break;
            case LookAtMysqld:
                tell(Good(node));
                break;
            case StopReceiving:
                var held = mysqld.StopReceiver();
                tell(Good(node) with { Set = held });
                break;
            case FollowSource follow:
                mysqld.Follow(world.Node(follow.Leader.Id), follow.SemiSync);
                tell(Good(node));
                break;
            case PromoteServer promote:
                Promote(world, node, promote, tell);
                break;
            case SetAccess set:
                mysqld.SetAccess(set.Access.LetIn, set.Access.LockedOut);
                tell(Good(node));
                break;
            case WriteMarker:
                mysqld.Write(world.NextContent(), agent: true, ok => tell(ok ? new EffectResult() : Failed("not acknowledged")));
                break;
            case OpenServerToClients:
                mysqld.SetOffline(false);
                tell(Good(node));
                break;
            case DemoteServer:
                Demote(world, node, world.Now + TimeSpan.FromSeconds(2), mysqld.Life, tell);
                break;
            case ReseedServer reseed:
                Reseed(world, node, reseed, life, tell);
                break;
            default:
                throw new InvalidOperationException(effect.GetType().Name);
        }
    }

    private static void Promote(World world, SimNode node, PromoteServer promote, Action<EffectResult> tell)
    {
        if (!node.Mysqld.Executed.Contains(node.Mysqld.Received) && !world.Mutation.Duty.PromoteBeforeApplied)
        {
            tell(Failed("received is not applied"));
            return;
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

            node.Mysqld.OpenForWrites();
            world.Checkers.Promoted(node, promote.Epoch);
            tell(Good(node));
        }));
    }

    private static void Demote(World world, SimNode node, Instant deadline, long life, Action<EffectResult> tell)
    {
        if (life != node.Mysqld.Life)
        {
            return;
        }

        node.Mysqld.CloseForWrites();
        if (node.Mysqld.WaitingSessions == 0)
        {
            node.Mysqld.SetOffline(true);
            node.Mysqld.SetOffline(false);
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

    private static void Reseed(World world, SimNode node, ReseedServer reseed, long life, Action<EffectResult> tell)
    {
        var donor = world.Node(reseed.Donor.Id);
        world.Checkers.Reseeding(node, donor, reseed.Extra);
        if (!donor.Mysqld.Running || !world.Network.DataFlows(donor, node))
        {
            // CLONE had dropped the old data before it failed.
            node.EndMysqld(life);
            node.Mysqld.Initialise();
            node.Mysqld.SetAccess(node.Core?.State.Members.Keys ?? [], []);
            tell(Failed("the donor is gone"));
            return;
        }

        node.Mysqld.CloneFrom(donor.Mysqld);
        node.EndMysqld(life);
        var archived = reseed.Extra.IsEmpty ? null : new ArchivedTail(node.Id, reseed.Extra, $"archive/{world.NextContent()}", DateTimeOffset.UnixEpoch);
        tell(new EffectResult { Archived = archived });
    }

    private static EffectResult Good(SimNode node) => new() { Status = node.Mysqld.Running ? node.Mysqld.Status() : null };

    private static EffectResult Failed(string text) => new() { Failure = new MySqlHa.Cluster.Reason("failed", text) };
}
