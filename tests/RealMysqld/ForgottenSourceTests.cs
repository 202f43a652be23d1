using System.Diagnostics;
using System.Globalization;
using MySqlHa.Replication;
using MySqlHa.Sandbox;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>A new leader lets go of the one before.</summary>
[Collection(RealMysqld.Name)]
public sealed class ForgottenSourceTests(MysqldTemplate template, ITestOutputHelper output)
{
    /// <summary>The leader before is dead behind its last word: its receiver here tries to connect, and STOP REPLICA waits for it.</summary>
    [Fact]
    public async Task A_source_that_is_gone_is_forgotten_in_no_time_that_a_commit_would_notice()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (before, now) = (nodes[0], nodes[1]);
        await before.LeadAsync(acknowledgements: 0);
        _ = await now.FollowAsync(before);
        var last = (await before.Server.DemoteAsync(TimeSpan.FromSeconds(5), CancellationToken.None)).OrThrow().Final;
        var frozen = LiveProcess.Read(before.Mysqld.Pid)!;
        _ = Signal.Send(frozen, Signal.Stop);
        try
        {
            _ = (await now.Server.PromoteAsync(
                new PromoteOrder(0, () => Task.FromResult(true)) { After = last }, TestNode.Within(5))).OrThrow();
            _ = await now.UntilAsync("it tries to connect", s => s.Receiver.State == ReplicationState.Connecting);
            var deadline = TestNode.Within(15);
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var outcome = await now.Server.ForgetSourceAsync(TestNode.Within(10));
                var took = Stopwatch.GetElapsedTime(started).TotalSeconds;
                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{took:0.000} s: {outcome}"));
                Assert.True(took < 0.5, $"{took} s: {outcome}");
                if (outcome is Outcome<Nothing>.Done)
                {
                    break;
                }

                Assert.False(deadline.IsCancellationRequested);
                await Task.Delay(200, CancellationToken.None);
            }
        }
        finally
        {
            _ = Signal.Send(frozen, Signal.Continue);
        }

        Assert.Equal(ReplicationState.None, (await now.StatusAsync()).Receiver.State);
        Assert.False((await now.StatusAsync()).SuperReadOnly);
    }
}
