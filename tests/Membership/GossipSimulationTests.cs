using MySqlHa.Cluster;
using MySqlHa.Membership;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Membership;

/// <summary>
/// Seeded runs in virtual time. One seed again: <c>GOSSIP_SEED=17 dotnet test tests/tests.csproj --filter NAME_OF_THE_TEST</c>.
/// </summary>
public sealed class GossipSimulationTests(ITestOutputHelper log)
{
    private static readonly SwimOptions Lan = GossipRuns.Lan;

    [Fact]
    public void Nobody_is_confirmed_while_only_datagrams_are_lost() =>
        GossipRuns.Seeds(nameof(Nobody_is_confirmed_while_only_datagrams_are_lost), 100, seed => GossipRuns.OnlyLoss(seed, Lan));

    [Fact]
    public void A_crashed_member_is_confirmed_by_all_and_welcome_when_it_is_back() =>
        GossipRuns.Seeds(nameof(A_crashed_member_is_confirmed_by_all_and_welcome_when_it_is_back), 150, seed =>
            GossipRuns.CrashAndRestart(seed, Lan));

    [Fact]
    public void After_chaos_all_agree_and_stay_so() =>
        GossipRuns.Seeds(nameof(After_chaos_all_agree_and_stay_so), 200, seed => GossipRuns.Chaos(seed, Lan));

    [Fact]
    public void The_halves_of_a_total_partition_join_again_by_themselves() =>
        GossipRuns.Seeds(nameof(The_halves_of_a_total_partition_join_again_by_themselves), 50, seed => GossipRuns.TotalPartition(seed, Lan));

    [Fact]
    public void A_member_that_stops_now_and_then_confirms_nobody() =>
        GossipRuns.Seeds(nameof(A_member_that_stops_now_and_then_confirms_nobody), 100, seed => GossipRuns.SlowMember(seed, Lan));

    [Fact]
    public void A_deaf_member_is_confirmed_and_kills_nobody() =>
        GossipRuns.Seeds(nameof(A_deaf_member_is_confirmed_and_kills_nobody), 50, seed => GossipRuns.DeafMember(seed, Lan));

    [Fact]
    public void A_path_cut_between_two_is_gone_around() =>
        GossipRuns.Seeds(nameof(A_path_cut_between_two_is_gone_around), 50, seed => GossipRuns.OnePathCut(seed, Lan));

    [Fact]
    public void A_death_in_a_ring_of_three_is_confirmed_after_three_leases_in_the_mean_and_four_at_most()
    {
        var times = new List<double>();
        GossipRuns.Seeds(nameof(A_death_in_a_ring_of_three_is_confirmed_after_three_leases_in_the_mean_and_four_at_most), 200, seed =>
        {
            var world = new GossipWorld(seed, 3, Lan, Weather.Fair);
            world.StartAll();
            world.Run(TimeSpan.FromSeconds(5 + world.Random.NextDouble()));
            world.Crash(world.Nodes[seed % 3]);
            var died = world.Now;
            var known = world.RunUntil(() => world.Checks.ConfirmedByAll(world.Nodes[seed % 3]) is null, TimeSpan.FromSeconds(4.2));
            times.Add((world.Now - died).TotalSeconds);
            return known ? world.Checks.Breaches : ["completeness: not confirmed after 4.2 s"];
        });
        log.WriteLine($"confirmed by both survivors after {times.Min():0.00} to {times.Max():0.00} s, {times.Average():0.00} in the mean");
        Assert.InRange(times.Average(), 2.5, 3.3);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(300)]
    public void A_large_ring_joins_and_finds_its_dead(int nodes)
    {
        var world = new GossipWorld(nodes, nodes, Lan, Weather.Fair with { Loss = 0.02 });
        world.StartAll();
        Assert.True(world.RunUntil(() => world.Checks.AllSeeAll() is null, TimeSpan.FromSeconds(30)), world.Checks.AllSeeAll());
        log.WriteLine($"joined after {world.Now.Micros / 1e6:0.0} s");
        var before = world.Datagrams;
        world.Run(TimeSpan.FromSeconds(2));
        log.WriteLine($"{(world.Datagrams - before) / 2.0 / nodes:0.0} datagrams per second and member");
        var dead = world.Nodes[nodes / 2];
        var died = world.Now;
        world.Crash(dead);
        Assert.True(world.RunUntil(() => world.Checks.ConfirmedByAll(dead) is null, TimeSpan.FromSeconds(30)), world.Checks.ConfirmedByAll(dead));
        log.WriteLine($"death known by all after {(world.Now - died).TotalSeconds:0.0} s");
        Assert.Empty(world.Checks.Breaches);
    }
}
