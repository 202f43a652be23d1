using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Api;

public sealed class EventStreamTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Events_come_as_they_happen_and_a_stream_is_resumed_where_it_ended()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        Tell(api, "first");
        using (var stream = await OpenAsync(api))
        {
            Assert.Equal("first", await NextAsync(stream));
            Tell(api, "second");
            Assert.Equal("second", await NextAsync(stream));
        }

        Tell(api, "third");
        using var resumed = await OpenAsync(api, lastId: 2);
        Assert.Equal("third", await NextAsync(resumed));
        Assert.Equal("[]", (await api.SendAsync(HttpMethod.Get, "/v1/events?after=3")).Body);
        Assert.Equal(400, (await api.SendAsync(HttpMethod.Get, "/v1/events?after=-3")).Status);
    }

    [Fact]
    public async Task There_are_so_many_streams_and_no_more_and_one_that_ends_makes_room()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var open = new List<StreamReader>();
        try
        {
            for (var i = 0; i < EventsEndpoint.MostStreams; i++)
            {
                open.Add(await OpenAsync(api));
            }

            Assert.Equal(503, (await api.SendAsync(HttpMethod.Get, "/v1/events", EventsEndpoint.Stream)).Status);
            Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/leader")).Status);
            open[0].Dispose();
            open.RemoveAt(0);
            for (var until = DateTime.UtcNow + Deadline; ;)
            {
                try
                {
                    open.Add(await OpenAsync(api));
                    break;
                }
                catch (HttpRequestException) when (DateTime.UtcNow < until)
                {
                    await Task.Delay(20); // the node has not noticed yet that the client is gone
                }
            }
        }
        finally
        {
            open.ForEach(o => o.Dispose());
        }
    }

    /// <summary>Nothing happens, so nothing tells whether they read: who comes takes the place of the one that was there first.</summary>
    [Fact]
    public async Task Streams_that_nobody_reads_keep_nobody_out_and_who_lost_its_place_goes_on_where_it_was()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, streamPatience: TimeSpan.FromSeconds(1));
        var open = new List<StreamReader>();
        try
        {
            for (var i = 0; i < EventsEndpoint.MostStreams; i++)
            {
                open.Add(await OpenAsync(api));
            }

            for (var until = DateTime.UtcNow + Deadline; ;)
            {
                try
                {
                    open.Add(await OpenAsync(api));
                    break;
                }
                catch (HttpRequestException) when (DateTime.UtcNow < until)
                {
                    await Task.Delay(20); // the others have their patience
                }
            }

            Tell(api, "first");
            Assert.Equal("the end", await NextAsync(open[0]));
            Assert.Equal("first", await NextAsync(open[1]));
            Assert.Equal("first", await NextAsync(open[^1]));
        }
        finally
        {
            open.ForEach(o => o.Dispose());
        }
    }

    /// <summary>It asks for the stream and takes nothing more than its machine's buffers do.</summary>
    [Fact]
    public async Task A_connection_that_takes_nothing_is_closed()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, streamPatience: TimeSpan.FromSeconds(1));
        using var client = new TcpClient();
        await client.ConnectAsync(api.Address.Host, api.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {RunningApi.Token}\r\nAccept: {EventsEndpoint.Stream}\r\n\r\n"));
        var text = new string('x', 100_000);
        api.Book.Add(DateTimeOffset.UnixEpoch, Enumerable.Repeat(new ClusterEvent("long", text, EventScope.Cluster), 300));

        // Whoever writes to a connection that the other side has closed hears of it, and need not read for it.
        using var deadline = new CancellationTokenSource(Deadline);
        _ = await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            while (true)
            {
                await stream.WriteAsync("."u8.ToArray(), deadline.Token);
                await Task.Delay(20, deadline.Token);
            }
        });
    }

    [Fact]
    public async Task A_stream_whose_token_was_taken_out_tells_nothing_of_what_happens_then()
    {
        using var directory = new TemporaryDirectory();
        var options = new AccessOptions { RingTokens = [RunningApi.Token], TokensPath = directory.File("tokens") };
        await File.WriteAllTextAsync(options.TokensPath, TokenText.Line("graphs", "read", "mha_reader"));
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, options);
        api.Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "mha_reader");
        using var stream = await OpenAsync(api);
        Tell(api, "before");
        Assert.Equal("before", await NextAsync(stream));

        await File.WriteAllTextAsync(options.TokensPath, "");
        Tell(api, "behind");
        Assert.Equal("the end", await NextAsync(stream));
    }

    [Fact]
    public async Task Who_comes_from_another_node_with_an_id_of_that_one_begins_anew()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        Tell(api, "first");
        using var stream = await OpenAsync(api, lastId: 1_795_409_798_382_027);
        Assert.Equal("first", await NextAsync(stream));
    }

    private static void Tell(RunningApi api, string code) =>
        api.Book.Add(DateTimeOffset.UnixEpoch, [new ClusterEvent(code, $"{code} happened", EventScope.Cluster)]);

    private static async Task<StreamReader> OpenAsync(RunningApi api, long lastId = 0)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events");
        request.Headers.Accept.ParseAdd(EventsEndpoint.Stream);
        if (lastId > 0)
        {
            request.Headers.Add("Last-Event-ID", $"{lastId}");
        }

        var response = await api.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        _ = response.EnsureSuccessStatusCode();
        return new StreamReader(await response.Content.ReadAsStreamAsync());
    }

    /// <summary>The name of the next event.</summary>
    private static async Task<string> NextAsync(StreamReader stream)
    {
        using var patience = new CancellationTokenSource(Deadline);
        while (await stream.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                return line["event: ".Length..];
            }
        }

        return "the end";
    }
}
