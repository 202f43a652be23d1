using System.Collections.Concurrent;
using System.Diagnostics;
using MySqlHa.Tests.Elections;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Applications that elect a leader among themselves, by port 6446 of any node, while the cluster changes its own.</summary>
[Collection(ClusterRoom.Name)]
public sealed class ElectionFailoverTests(SandboxCluster cluster, ITestOutputHelper output)
{
    private const int ReadWrite = 6446;

    [Fact]
    [Trait("Length", "long")]
    public async Task Across_failovers_and_switchovers_never_two_believe_that_they_lead_and_soon_one_does_again()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var (exit, _, errors) = await MysqlhaProgram.RunAsync("election", "install");
        Assert.True(exit == 0, errors);
        var lease = TimeSpan.FromSeconds(3);
        var beliefs = new ConcurrentQueue<Belief>();
        using var stop = new CancellationTokenSource();
        var candidates = Enumerable.Range(0, 10)
            .Select(i => new Candidate(
                "jobs", $"c{i}", lease, () => cluster.ConnectThroughAsync((i % 3) + 1, ReadWrite, within: 3), beliefs, seed: i))
            .Select(c => Task.Run(() => c.RunAsync(stop.Token))).ToList();
        _ = await LedAsync(beliefs, since: 0, within: 15);
        foreach (var blow in (string[][])[["kill", "leader", "--mysqld"], ["switchover"], ["kill", "leader", "--mysqld"], ["switchover"]])
        {
            var struck = Stopwatch.GetTimestamp();
            await SandboxCluster.RunAsync(blow);
            leader = (await cluster.OtherLeaderAsync(leader, within: 40)).LeaderNumber;
            var others = Stopwatch.GetTimestamp();
            var next = await LedAsync(beliefs, others, lease.TotalSeconds + 20);
            output.WriteLine($"{string.Join(' ', blow)}: {next.Candidate} was told under the next leader, in term {next.Term}, "
                + $"{Stopwatch.GetElapsedTime(struck, next.From).TotalSeconds:0.0} s after the command began");
            _ = await cluster.WholeAsync(within: 60);
        }

        var calm = Stopwatch.GetTimestamp();
        while (beliefs.Select(b => b.Term).Distinct().Count() < 6)
        {
            Assert.True(Stopwatch.GetElapsedTime(calm).TotalSeconds < 120, "hardly anybody is elected");
            await Task.Delay(100);
        }

        await stop.CancelAsync();
        await Task.WhenAll(candidates);
        output.WriteLine($"{beliefs.Count} beliefs, {beliefs.Max(b => b.Term)} terms; errors: "
            + string.Join(", ", Candidate.Errors.Select(e => $"{e.Value} x {e.Key}")));
        Assert.Empty(BeliefCheck.Violations(beliefs));
    }

    /// <summary>The first who was told so behind an instant.</summary>
    private static async Task<Belief> LedAsync(ConcurrentQueue<Belief> beliefs, long since, double within)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (beliefs.Where(b => b.From > since).MinBy(b => b.From) is { } first)
            {
                return first;
            }

            Assert.True(Stopwatch.GetElapsedTime(began).TotalSeconds < within, $"nobody leads within {within} s");
            await Task.Delay(20);
        }
    }
}
