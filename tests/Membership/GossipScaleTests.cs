using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Membership;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Membership;

/// <summary>Far more members than vote: how fast news spreads, and what one agent pays for the size of its ring. Timing is <c>lan</c>.</summary>
[Collection(ScaleRoom.Name)]
public sealed class GossipScaleTests(ITestOutputHelper log)
{
    private const int Many = 1000;
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(3);
    private static readonly SwimOptions Lan = GossipRuns.Lan;
    private static readonly Weather Lossy = Weather.Fair with { Loss = 0.02 };

    [Fact]
    public void A_change_is_known_to_all_of_a_thousand_within_three_seconds() => KnownToAll(1);

    [Theory]
    [Trait("Length", "long")]
    [InlineData(2)]
    [InlineData(3)]
    public void A_change_is_known_to_all_of_another_thousand_within_three_seconds(int seed) => KnownToAll(seed);

    private void KnownToAll(int seed)
    {
        var clock = Stopwatch.StartNew();
        var world = Settled(seed, Many, Lan);
        var fact = Change(world);
        var join = Join(world);
        var (confirmed, death, perSecond) = Death(world);
        log.WriteLine($"known to all of {Many}: a fact after {fact.TotalSeconds:0.00} s, a newcomer after {join.TotalSeconds:0.00} s, a death "
            + $"{death.TotalSeconds:0.00} s after its first confirmation ({confirmed.TotalSeconds:0.0} s after it happened); "
            + $"{perSecond:0} datagrams a second went to the suspect");
        log.WriteLine($"{world.Now.Micros / 1e6:0} s of {Many} agents took {clock.Elapsed.TotalSeconds:0.0} s");
        Assert.All([fact, join, death], time => Assert.InRange(time, TimeSpan.Zero, Bound));
        Assert.InRange(perSecond, 1, 200);
        Assert.Empty(world.Checks.Breaches);
    }

    /// <summary>Each knows ten addresses, and they are the same ten.</summary>
    [Fact]
    public void A_thousand_that_start_at_once_find_each_other()
    {
        var world = new GossipWorld(1, Many, Lan, Lossy);
        world.StartAll();
        var all = Until(world, n => n.Swim!.Members.Count == Many, TimeSpan.FromSeconds(40));
        log.WriteLine($"each of {Many} knows all after {all.TotalSeconds:0.0} s, {world.Datagrams / (double)Many:0} datagrams from each");
        Assert.True(world.RunUntil(() => world.Checks.AllSeeAll() is null, TimeSpan.FromSeconds(5)), world.Checks.AllSeeAll());
        Assert.InRange(all, TimeSpan.Zero, TimeSpan.FromSeconds(30));
        Assert.Empty(world.Checks.Breaches);
    }

    [Fact]
    public void When_news_is_told_once_by_each_some_never_hear_it() => Missed(SwimFault.TellsOnce);

    [Fact]
    public void When_news_is_not_passed_on_hardly_anybody_hears_it() => Missed(SwimFault.PassesNothingOn);

    [Fact]
    public void When_all_ask_a_suspect_it_drowns()
    {
        var (_, _, perSecond) = Death(Settled(1, Many, Lan with { Fault = SwimFault.AllHearSuspects }));
        Assert.True(perSecond > 200, $"only {perSecond:0} datagrams a second");
    }

    [Fact]
    public void What_an_agent_pays_does_not_grow_with_its_ring()
    {
        var costs = new[] { 10, 100, Many }.Select(n => CostIn(n, Lan, 60)).ToList();
        log.WriteLine("agents | at rest, datagrams/s | bytes/s | comparing tables, bytes/s | one change, datagrams | bytes");
        costs.ForEach(c => log.WriteLine(
            $"{c.Agents,6} | {c.Datagrams,20:0.0} | {c.Bytes,7:0} | {c.Exchanged,25:0.0} | {c.ChangeDatagrams,21:0.0} | {c.ChangeBytes,5:0}"));
        var (few, many) = (costs[0], costs[^1]);
        Assert.True(IsFlat(few, many), $"{few} against {many}");

        Assert.InRange(ExchangedAtOnce(Lan), 100, 2000);
    }

    [Fact]
    public void Whole_tables_that_are_exchanged_however_little_differs_are_found() =>
        Assert.True(ExchangedAtOnce(Lan with { Fault = SwimFault.ComparesNothing }) > 100_000);

    [Fact]
    public void A_member_more_takes_little_memory()
    {
        var self = new MemberRecord(NodeId.Parse(new string('f', 32)), new NodeAddress("10.9.9.9"), 0, MemberStatus.Alive, new("a", "b", "", "1"));
        var swim = new Swim(self, Lan, new Random(1), Instant.Zero);
        var bytes = GossipCodec.Encode(new StateExchange(ExchangeKind.Answer, [.. Enumerable.Range(1, Many).Select(i => new MemberRecord(
            NodeId.Parse(i.ToString("x32", null)), new NodeAddress($"10.1.{i / 250}.{i % 250}"), 3, MemberStatus.Alive,
            new MemberFacts("production", $"db{i}", new string('c', 32), "0.1.0")))]));
        var before = GC.GetTotalMemory(forceFullCollection: true);
        swim.StepExchange(Instant.Zero, self.Id, GossipCodec.DecodeExchange(bytes));
        _ = swim.TakeOutput();
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / (double)Many;
        Assert.Equal(Many + 1, swim.Members.Count);
        log.WriteLine($"{each:0} bytes a member in memory, {bytes.Length / (double)Many:0} in a whole table");
        Assert.InRange(each, 100, 2000);
        GC.KeepAlive(swim);
    }

    private static void Missed(SwimFault fault) =>
        Assert.True(Change(Settled(1, Many, Lan with { Fault = fault })) > Bound, "all know it in time");

    /// <summary>At rest: what all said of themselves at the start is told.</summary>
    private static GossipWorld Settled(int seed, int nodes, SwimOptions options)
    {
        var world = new GossipWorld(seed, nodes, options, Lossy);
        world.StartTogether();
        world.Run(TimeSpan.FromSeconds(3));
        world.Checks.NobodyDies = true;
        return world;
    }

    private static TimeSpan Change(GossipWorld world)
    {
        var node = world.Nodes[world.Random.Next(world.Nodes.Length)];
        world.Do(node, (swim, now) => swim.SetFacts(now, swim.Self.Facts with { Leads = 7 }));
        return Until(world, n => n.Sees(node)!.Facts.Leads == 7, Bound * 2);
    }

    private static TimeSpan Join(GossipWorld world)
    {
        var node = world.Add(world.NewId());
        world.Start(node);
        return Until(world, n => n.Sees(node) is { Status: MemberStatus.Alive } && n.Swim!.Members.Count == world.Nodes.Length, Bound * 2);
    }

    private static (TimeSpan Confirmed, TimeSpan Known, double PerSecond) Death(GossipWorld world)
    {
        var node = world.Nodes[world.Random.Next(10, world.Nodes.Length)];
        (world.Checks.MayDie, world.Counted) = (node.Id, node);
        world.Crash(node);
        var (since, before) = (world.Now, world.CountedDatagrams);
        while (!world.Running.Any(n => n.Sees(node)!.Status == MemberStatus.Confirmed) && world.Now - since < TimeSpan.FromSeconds(40))
        {
            world.Run(TimeSpan.FromMilliseconds(50));
        }

        var confirmed = world.Now - since;
        var perSecond = (world.CountedDatagrams - before) / confirmed.TotalSeconds;
        return (confirmed, Until(world, n => n.Sees(node)!.Status == MemberStatus.Confirmed, Bound * 2), perSecond);
    }

    /// <summary>How long until it holds at all that run; or the longest that is waited.</summary>
    private static TimeSpan Until(GossipWorld world, Func<GossipNode, bool> holds, TimeSpan within)
    {
        var since = world.Now;
        while (!world.Running.All(holds) && world.Now - since < within)
        {
            world.Run(TimeSpan.FromMilliseconds(50));
        }

        return world.Now - since;
    }

    /// <summary>Bytes of each that compares its table once, with members that hold the same.</summary>
    private static double ExchangedAtOnce(SwimOptions options)
    {
        var world = new GossipWorld(1, Many, options, Lossy) { Measures = true };
        world.StartTogether();
        world.Run(TimeSpan.FromSeconds(1.5));
        return world.ExchangeBytes / (double)Many;
    }

    private static Cost CostIn(int nodes, SwimOptions options, int seconds)
    {
        // At first all compare their tables, and less and less often; from then on once in a period.
        var world = Settled(1, nodes, options);
        world.Run(TimeSpan.FromSeconds(30));
        world.Measures = true;
        var (datagrams, bytes) = (world.Datagrams, world.DatagramBytes);
        world.Run(TimeSpan.FromSeconds(seconds));
        var rest = ((world.Datagrams - datagrams) / (double)seconds / nodes, (world.DatagramBytes - bytes) / (double)seconds / nodes);
        var exchanged = world.ExchangeBytes / (double)seconds / nodes;
        (datagrams, bytes) = (world.Datagrams, world.DatagramBytes);
        var began = world.Now;
        _ = Change(world);
        world.Run(Bound);
        var took = (world.Now - began).TotalSeconds;
        return new Cost(
            nodes,
            rest.Item1,
            rest.Item2,
            exchanged,
            ((world.Datagrams - datagrams) / (double)nodes) - (rest.Item1 * took),
            ((world.DatagramBytes - bytes) / (double)nodes) - (rest.Item2 * took));
    }

    /// <summary>A piece of news is sent more often in a larger ring, by the logarithm of its size; a comparison is longer, and rarer.</summary>
    private static bool IsFlat(Cost few, Cost many) =>
        many.Datagrams < few.Datagrams * 1.5 && many.Bytes < few.Bytes * 1.5 && many.Exchanged < 50
        && many.ChangeDatagrams < few.ChangeDatagrams * 4 && many.ChangeBytes < few.ChangeBytes * 4;

    /// <summary>Of one agent.</summary>
    private sealed record Cost(int Agents, double Datagrams, double Bytes, double Exchanged, double ChangeDatagrams, double ChangeBytes);
}
