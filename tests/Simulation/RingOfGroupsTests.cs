using System.Collections.Concurrent;
using MySqlHa.Cluster;
using MySqlHa.Core;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Simulation;

/// <summary>Two groups in one ring: nothing of one counts the other's members. Replay a seed: <c>GROUPS_SEED=12</c> in the environment.</summary>
public sealed class RingOfGroupsTests(ITestOutputHelper output)
{
    private static readonly Dictionary<string, Mutation> Mutants = new()
    {
        ["founding counts members of another group"] = new() { Core = new CoreFaults { FoundsAcrossGroups = true } },
        ["a cluster of another group is joined"] = new() { Core = new CoreFaults { JoinsAcrossGroups = true } },
    };

    public static TheoryData<string, string> Cases => new()
    {
        { "founding counts members of another group", "OwnGroupOnly" },
        { "a cluster of another group is joined", "OwnGroupOnly" },
    };

    [Fact]
    public void Two_groups_in_one_ring_keep_the_invariants_each_for_itself_on_every_seed()
    {
        var only = int.TryParse(Environment.GetEnvironmentVariable("GROUPS_SEED"), out var one) ? one : 0;
        var failures = new ConcurrentBag<string>();
        long promotions = 0;
        var (first, seeds) = only > 0 ? (only, 1) : (1, 40);
        _ = Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var ring = RingOfGroups.Run(seed, verbose: only > 0);
            _ = Interlocked.Add(ref promotions, ring.Both.Sum(w => (long)w.Checkers.Promotions));
            if (ring.Found.Checkers.Violation is { } violation)
            {
                failures.Add($"seed {seed}, {ring.Found.Place.Group}: {violation}   (replay: GROUPS_SEED={seed})");
                output.WriteLine(only > 0 ? ring.Found.Transcript : "");
            }
        });
        output.WriteLine($"{seeds} seeds: {promotions} promotions, {failures.Count} violations");
        Assert.True(failures.IsEmpty, string.Join('\n', failures.Take(20)) + $"\n{failures.Count} of {seeds} seeds");
        Assert.True(promotions > seeds * 2L, "the runs were idle");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_mutant_is_caught_by_its_checker(string mutant, string checker) =>
        MutantHunt.Catch(mutant, checker, seed => RingOfGroups.Run(seed, Mutants[mutant]).Found, output);

    [Fact]
    public void A_group_that_is_lost_changes_nothing_for_the_other()
    {
        var ring = new RingOfGroups(4, weights: Weights.Quiet(3));
        ring.Start(TimeSpan.Zero);
        Led(ring);
        var epoch = ring.First.Nodes[0].Core!.State.Current!.Number;
        foreach (var node in ring.Second.Nodes)
        {
            node.LosePower();
        }

        ring.For(TimeSpan.FromSeconds(20));
        Assert.Null(ring.Found.Checkers.Violation);
        foreach (var node in ring.First.Nodes)
        {
            var view = node.Core!.View(node.LocalNow);
            Assert.Equal((epoch, true), (view.Epoch, view.LeaderWritable));
            Assert.Equal(3, view.Members.Length);
            var other = Assert.Single(view.Groups, g => g.Group.Group == "staging");
            Assert.Equal((null, ElectionStatus.NoQuorum), ((object?)other.Leader, other.Election));
            Assert.All(other.Members, m => Assert.Equal(MemberLiveness.Confirmed, m.Liveness));
            Assert.DoesNotContain(view.Reasons, r => r.Code is "waiting-for-quorum" or "other-cluster");
        }
    }

    [Fact]
    public void Who_is_of_another_group_is_asked_nothing_and_answered_nothing()
    {
        var ring = new RingOfGroups(4, weights: Weights.Quiet(3));
        ring.Start(TimeSpan.Zero);
        Led(ring);
        var (stranger, controller) = (ring.Second.Nodes[0].Id, ring.First.Nodes.Single(n => n.Core!.IsController));

        // Any answer would be a frame to another group, and OwnGroupOnly speaks.
        controller.Step(new FrameReceived(stranger, new FreshAsk(7)));
        controller.Step(new FrameReceived(stranger, new LeaseAsk(controller.Core!.State.Current!.Number, 7)));
        controller.Step(new FrameReceived(stranger, new OperatorAsk(7, new PauseRequest(0, Paused: true), World.Operator)));
        controller.Step(new OperatorCalled(8, new ReinitRequest(0, stranger), World.Operator));
        ring.For(TimeSpan.FromSeconds(3));
        Assert.Null(ring.Found.Checkers.Violation);
        Assert.False(controller.Core!.State.Paused);
        Assert.Equal(OperatorOutcome.Refused, Assert.Single(controller.Answers).Outcome);
    }

    private static void Led(RingOfGroups ring) => Assert.True(
        ring.Until(() => ring.Both.All(w => w.Checkers.WhyNotConverged() is null), TimeSpan.FromSeconds(30)),
        string.Join("; ", ring.Both.Select(w => w.Checkers.Violation ?? w.Checkers.WhyNotConverged())));
}
