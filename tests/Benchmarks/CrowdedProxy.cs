using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// As many clients as one agent's proxy takes, up to ten thousand, none of which comes to the end of its login; some that stop reading in
/// the middle of an answer; some whose host is gone without a word. Beside them one client that works: what it notices, and how much
/// memory the agent has.
/// </summary>
internal sealed class CrowdedProxy(BenchmarkNetwork network, AgentCluster cluster, string folder)
{
    private const int Crowd = 10_000;
    private const int Readers = 20;
    private const int Gone = 100;
    private const int Answers = 1500;

    /// <summary>Of the working client, and of what else the measurement needs.</summary>
    private const int Spare = 10;

    /// <summary>
    /// crowd: how many clients at once; milliseconds in which 99 of 100 queries of the working client were answered, alone and in the
    /// crowd; the agent's MiB before, in the crowd and after it; seconds until the last client whose host is gone was let go.
    /// </summary>
    public async Task<IReadOnlyList<(string System, string Kind, string Of, double Value)>> MeasureAsync()
    {
        var ways = await ClientWays.OpenAsync(network, cluster, folder);
        var (host, port) = (ways.Address(Contender.OwnProxy), ways.Port(Contender.OwnProxy));
        await using var worker = await cluster.ConnectThroughAsync(ways.Host, within: 10);
        double Memory() => ways.Cost(Contender.OwnProxy).Mebibytes;
        async Task<long> ClientsAsync() => (await ViewAsync(ways)).ReadWrite.Clients;

        var room = Math.Min((await ViewAsync(ways)).MaxConnections - Spare, Crowd);
        var (memory, alone) = (Memory(), Most(worker));
        var before = await ViewAsync(ways);
        double crowded, within, dead;
        long most;
        using (await BenchmarkNetwork.GoneAsync(from => IdleClients.OpenAsync(host, port, Gone, from)))
        {
            var since = Stopwatch.GetTimestamp();
            using (await IdleClients.OpenAsync(host, port, room - Gone - Readers))
            {
                var readers = await Task.WhenAll(Enumerable.Range(0, Readers).Select(_ => StopReadingAsync(ways.Host)));
                (within, crowded, most) = (Most(worker), Memory(), await ClientsAsync());
                await Task.WhenAll(readers.Select(async reader => await reader.DisposeAsync()));
            }

            await BenchmarkedCluster.UntilAsync("clients of a host that is gone are let go", within: 120, async () =>
                await ClientsAsync() <= before.ReadWrite.Clients);
            dead = Stopwatch.GetElapsedTime(since).TotalSeconds;
            var after = await ViewAsync(ways);
            if (after.ClosedByEpoch > before.ClosedByEpoch)
            {
                throw new InvalidOperationException("another node leads meanwhile: the crowd was let go by that");
            }
        }

        (string Of, double Value)[] numbers =
        [
            ("clients", most), ("most alone", alone), ("most in it", within), ("memory before", memory), ("memory in it", crowded),
            ("memory after", Memory()), ("gone", dead),
        ];
        return [.. numbers.Select(n => (Contender.LanPlain.Id, "crowd", n.Of, n.Value)), (Contender.LanPlain.Id, "proxy", "crowd", most)];
    }

    private static async Task<ProxyView> ViewAsync(ClientWays ways) =>
        (await AgentCluster.ViewAsync(ways.Host)).Proxy ?? throw new InvalidOperationException("the agent has no proxy");

    /// <summary>Milliseconds in which 99 of 100 queries are answered, one after the other.</summary>
    private static double Most(DbConnection worker)
    {
        using var command = worker.CreateCommand();
        command.CommandText = "SELECT 1";
        var times = new List<double>();
        for (var i = 0; i < Answers; i++)
        {
            var since = Stopwatch.GetTimestamp();
            _ = command.ExecuteScalar();
            times.Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
        }

        return times.Order().ElementAt(Answers * 99 / 100);
    }

    /// <summary>A client that asks for 32 MiB, more than all buffers on its way hold, reads the first row and no more.</summary>
    private async Task<DbConnection> StopReadingAsync(int host)
    {
        var connection = await cluster.ConnectThroughAsync(host, within: 20);
        await Task.Run(() =>
        {
            var command = connection.CreateCommand();
            command.CommandText =
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 512) SELECT REPEAT('x', 65536) FROM n";
            Assert.True(command.ExecuteReader().Read());
        });
        return connection;
    }
}
