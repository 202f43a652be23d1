using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using MySqlHa.Ring;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Who has not the ring's key gets nothing of a running cluster but a place in its counters.</summary>
[Collection(ClusterRoom.Name)]
public sealed class RingStrangerTests(SandboxCluster cluster)
{
    private const string StrangersHost = "127.0.0.49";
    private const int RingPort = 9638;

    [Fact]
    public async Task A_node_with_another_key_is_refused_and_the_cluster_goes_on()
    {
        await using var stranger = new RingPeer(RingKey.Create("production"), StrangersHost);
        await UnaffectedAsync(view =>
        {
            var (id, host) = (NodeIdOf(view), SandboxCluster.AddressOf(1));
            stranger.Transport.Send(id, host, RingPort, "let me in"u8.ToArray());
            stranger.Transport.SendDatagram(host, RingPort, "let me in"u8.ToArray());
            return Task.CompletedTask;
        });
        Assert.Empty(stranger.Frames);
        Assert.Empty(stranger.Datagrams);
    }

    [Fact]
    public Task Garbage_is_refused_and_the_cluster_goes_on() => UnaffectedAsync(async _ =>
    {
        var from = new IPEndPoint(IPAddress.Parse(StrangersHost), 0);
        using var udp = new UdpClient(from);
        await udp.SendAsync(RandomNumberGenerator.GetBytes(300), SandboxCluster.AddressOf(1), RingPort);
        using var tcp = new TcpClient(from);
        await tcp.ConnectAsync(SandboxCluster.AddressOf(1), RingPort);
        try
        {
            await tcp.GetStream().WriteAsync((byte[])[0x42, .. RandomNumberGenerator.GetBytes(2000)]);
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
            while (await tcp.GetStream().ReadAsync(new byte[1024], deadline.Token) > 0)
            {
                // A word of farewell is no harm.
            }
        }
        catch (IOException)
        {
            // Hung up on, which is the point.
        }
    });

    /// <summary>Repeats the attempt until node 1 has counted both kinds; nobody else notices.</summary>
    private async Task UnaffectedAsync(Func<JsonElement, Task> attemptAsync)
    {
        var before = await cluster.ReadyAsync();
        await using var probe = await WritersProbe.StartAsync(cluster, before.LeaderNumber);
        var epoch = await cluster.EpochAsync(1);
        var first = await cluster.ViewAsync(1);
        var since = System.Diagnostics.Stopwatch.GetTimestamp();
        var view = first;
        while (!new[] { "connections_refused", "datagrams_refused" }.All(c => Counter(view, c) > Counter(first, c)))
        {
            Assert.True(
                System.Diagnostics.Stopwatch.GetElapsedTime(since).TotalSeconds < 15, $"not counted: {view.GetProperty("counters")}");
            await attemptAsync(view);
            await Task.Delay(50);
            view = await cluster.ViewAsync(1);
        }

        await probe.ProgressAsync(System.Diagnostics.Stopwatch.GetTimestamp(), within: 5);
        Assert.True(probe.LargestGap(since).TotalSeconds < 1.5, $"the writers waited {probe.LargestGap(since)}");
        var after = await cluster.WholeAsync(within: 5);
        Assert.Equal(before.Leader, after.Leader);
        Assert.Equal(before.Nodes, after.Nodes);
        Assert.Equal(epoch, await cluster.EpochAsync(1));
        Assert.Equal(3, (await cluster.ViewAsync(1)).GetProperty("members").GetArrayLength());
        await probe.EveryRowIsEverywhereAsync(cluster);
        await LoggedOnceAsync();
    }

    /// <summary>However often it tries: a line for each way in which the stranger was refused, and no second one of any.</summary>
    private static async Task LoggedOnceAsync()
    {
        var lines = (await SandboxCluster.RunAsync("logs", "1")).Split('\n')
            .Where(l => l.Contains(StrangersHost, StringComparison.Ordinal)).Select(l => l[l.IndexOf(": ", StringComparison.Ordinal)..]).ToList();
        Assert.NotEmpty(lines);
        Assert.Equal(lines.Distinct().Count(), lines.Count);
    }

    private static MySqlHa.Cluster.NodeId NodeIdOf(JsonElement view) =>
        MySqlHa.Cluster.NodeId.From(Convert.FromHexString(view.GetProperty("self").GetString()!));

    private static long Counter(JsonElement view, string name) => view.GetProperty("counters").GetProperty(name).GetInt64();
}
