using System.Diagnostics;
using System.Net;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>An agent whose loop hangs, in a write that does not return, says so: its API lives on.</summary>
[Trait("Length", "long")]
[Collection(FaultRoom.Name)]
public sealed class LivenessTests(FaultCluster cluster)
{
    [MountFact]
    public async Task A_loop_that_hangs_in_a_write_is_not_alive_and_is_again_when_it_goes_on()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var follower = SandboxCluster.Numbers.First(n => n != leader);
        await UntilAsync(follower, HttpStatusCode.OK);
        cluster.Disk(follower).Stall();
        await UntilAsync(follower, HttpStatusCode.ServiceUnavailable);
        await UntilAsync(leader, HttpStatusCode.OK);
        cluster.Disk(follower).Mend();
        await UntilAsync(follower, HttpStatusCode.OK);
        _ = await cluster.ReadyAsync();
    }

    private async Task UntilAsync(int node, HttpStatusCode wanted)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(5) };
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            using var answer = await http.GetAsync(new Uri($"http://{SandboxCluster.AddressOf(node)}:9631/liveness"));
            if (answer.StatusCode == wanted)
            {
                return;
            }

            var soon = Stopwatch.GetElapsedTime(since).TotalSeconds < 40;
            var said = await answer.Content.ReadAsStringAsync();
            await cluster.ShouldAsync(soon, $"node {node}: /liveness is {answer.StatusCode}, not {wanted}: {said}");
            await Task.Delay(100);
        }
    }
}
