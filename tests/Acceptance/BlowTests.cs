using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// Every blow of the matrix, to real nodes under writes: whatever it was, the service goes on with no human, the cluster is whole once the
/// blow is mended, and <see cref="RowCheck"/> finds nothing.
/// </summary>
[Collection(FaultRoom.Name)]
public sealed class BlowTests(FaultCluster cluster, ITestOutputHelper output)
{
    /// <summary>How long tests/storm goes on; empty: it does not run.</summary>
    private const string Minutes = "MYSQLHA_STORM_MINUTES";

    public static TheoryData<string> Names => [.. Blow.All.Where(b => b.Refusal is null).Select(b => b.Name)];

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Names))]
    public Task A_blow_is_survived(string name) => SurviveAsync([Blow.All.Single(b => b.Name == name)], new Random(1));

    /// <summary>Reported as skipped, with the reasons, where some of the matrix is left out.</summary>
    [WholeMatrixFact]
    [Trait("Length", "long")]
    public void Every_blow_can_be_dealt_here() => Assert.True(Blow.All.Count >= 80);

    /// <summary>One to three blows at once or shortly one after the other, again and again.</summary>
    [StormFact]
    [Trait("Length", "benchmark")]
    public async Task Storm()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable(Minutes)!, CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("MYSQLHA_STORM_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var able = Blow.All.Where(b => b.Refusal is null).ToList();
        var began = Stopwatch.GetTimestamp();
        for (var round = 1; Stopwatch.GetElapsedTime(began).TotalMinutes < minutes; round++)
        {
            var blows = Enumerable.Range(0, 1 + random.Next(3)).Select(_ => able[random.Next(able.Count)]).ToList();
            var line = $"{Stopwatch.GetElapsedTime(began).TotalSeconds,7:0.0} s  round {round}: {string.Join("; ", blows)}";
            output.WriteLine(line);
            await File.AppendAllLinesAsync(Environment.GetEnvironmentVariable("MYSQLHA_STORM_LOG")!, [line]);
            await SurviveAsync(blows, random);
        }
    }

    private async Task SurviveAsync(IReadOnlyList<Blow> blows, Random random)
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var epoch = await cluster.EpochAsync(leader);
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        var first = true;
        var began = Stopwatch.GetTimestamp();
        int[] struckFollowers = [];
        foreach (var blow in blows)
        {
            if (!first)
            {
                await Task.Delay(random.Next(0, 3_000)); // a fault of its own in time, not a wait for anything
            }

            // Who leads when a later one comes, as far as that is known. What an earlier one left dead is not struck again: refused.
            var now = first ? leader : (await cluster.StatusAsync()).LeaderNumber is > 0 and var known ? known : leader;
            var followers = SandboxCluster.Numbers.Where(n => n != now).OrderBy(_ => random.Next()).ToArray();
            struckFollowers = first ? followers : struckFollowers;
            try
            {
                await blow.Strike(cluster, now, followers);
            }
            catch (Exception) when (!first)
            {
                output.WriteLine($"  refused: {blow}");
            }

            first = false;
        }

        var struck = Stopwatch.GetTimestamp();
        if (blows is [{ Ends: false }])
        {
            // With no human: at least as long behind the blow as a frozen or silent leader is believed in.
            await probe.ProgressAsync(struck + (4 * Stopwatch.Frequency), within: 40);
            output.WriteLine($"longest gap {probe.LargestGap(began).TotalSeconds:0.00} s");
            await HeldAsync(blows[0]);
        }

        async Task HeldAsync(Blow blow)
        {
            if (blow.Harmless)
            {
                Assert.Equal([leader], probe.Leaders(began));
                Assert.Equal(epoch, await cluster.EpochAsync(leader));
            }

            if (blow.Unfit >= 0)
            {
                Assert.DoesNotContain(struckFollowers[blow.Unfit], probe.Leaders(began));
            }
        }

        // Two busy cores may bring rows in as fast as a follower that is far behind applies them.
        probe.Slow(TimeSpan.FromMilliseconds(40));
        var mended = Stopwatch.GetTimestamp();
        _ = await cluster.ReadyAsync(within: 90);
        await probe.ProgressAsync(mended, within: 20);
        await probe.EveryRowIsEverywhereAsync(cluster, within: 60);
        Assert.True(probe.Count > 0);
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class WholeMatrixFactAttribute : FactAttribute
    {
        public WholeMatrixFactAttribute()
        {
            var left = Blow.All.Where(b => b.Refusal is not null).GroupBy(b => b.Refusal, b => b.Name);
            var why = string.Join("; ", left.Select(g => $"{g.Key}, so these are left out: {string.Join(", ", g)}"));
            Skip = why.Length > 0 ? why : null;
        }
    }

    [AttributeUsage(AttributeTargets.Method)]
    private sealed class StormFactAttribute : FactAttribute
    {
        public StormFactAttribute()
        {
            if (Environment.GetEnvironmentVariable(Minutes) is null or "")
            {
                Skip = "goes on for as long as one likes: tests/storm MINUTES runs it";
            }
        }
    }
}
