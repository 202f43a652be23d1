using System.Diagnostics;
using System.Globalization;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// Every blow that the sandbox can deal, to real nodes under writes: whatever it was, the cluster is whole again with no human, and every
/// acknowledged row is on every node exactly once.
/// </summary>
[Collection(ClusterRoom.Name)]
public sealed class BlowTests(SandboxCluster cluster, ITestOutputHelper output)
{
    /// <summary>How long tests/storm goes on; empty: it does not run.</summary>
    private const string Minutes = "MYSQLHA_STORM_MINUTES";

    public static TheoryData<string> Names => [.. Blow.All.Where(CanBeDealt).Select(b => b.Name)];

    [Theory]
    [Trait("Length", "long")]
    [MemberData(nameof(Names))]
    public Task A_blow_is_survived(string name) => SurviveAsync([Blow.All.Single(b => b.Name == name)], new Random(1));

    /// <summary>One to three blows at once or shortly one after the other, again and again.</summary>
    [StormFact]
    [Trait("Length", "benchmark")]
    public async Task Storm()
    {
        var minutes = double.Parse(Environment.GetEnvironmentVariable(Minutes)!, CultureInfo.InvariantCulture);
        var seed = int.Parse(Environment.GetEnvironmentVariable("MYSQLHA_STORM_SEED") ?? "1", CultureInfo.InvariantCulture);
        var random = new Random(seed);
        var able = Blow.All.Where(CanBeDealt).ToList();
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

    private static bool CanBeDealt(Blow blow) => !blow.Cuts || PartitionFactAttribute.Refusal is null;

    private async Task SurviveAsync(IReadOnlyList<Blow> blows, Random random)
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        await using var probe = await WritersProbe.StartAsync(cluster, leader);
        var first = true;
        foreach (var blow in blows)
        {
            if (!first)
            {
                await Task.Delay(random.Next(0, 3_000)); // a fault of its own in time, not a wait for anything
            }

            // Who leads when a later one comes: as far as that is known. What an earlier one left dead may be struck again: that is refused.
            var now = first ? leader : (await cluster.StatusAsync()).LeaderNumber is > 0 and var known ? known : leader;
            var followers = SandboxCluster.Numbers.Where(n => n != now).OrderBy(_ => random.Next()).ToArray();
            try
            {
                await blow.Strike(now, followers);
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
        }

        var mended = Stopwatch.GetTimestamp();
        _ = await cluster.ReadyAsync(within: 90);
        await probe.ProgressAsync(mended, within: 20);
        await probe.EveryRowIsEverywhereAsync();
        Assert.True(probe.Count > 0);
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
