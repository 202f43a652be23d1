using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Node;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Api;

/// <summary>A real API on a loopback address of its own, with a node behind it that the test speaks for.</summary>
internal sealed class RunningApi : IClusterPort, IAsyncDisposable
{
    /// <summary>The token that it takes as an admin's, and that <see cref="Client"/> sends.</summary>
    public const string Token = "mhr_0123456789abcdef";

    private static readonly Lazy<string> WithToken = new(() =>
    {
        var path = Path.Combine(Path.GetTempPath(), $"mysqlha-test-token-{Environment.ProcessId}");
        File.WriteAllText(path, Token + "\n");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => File.Delete(path);
        return path;
    });

    private ApiServer? _server;

    public required ClusterView View { get; set; }

    public TimeSpan LeaseLeft { get; set; } = TimeSpan.FromSeconds(0.8);

    public TimeSpan SinceStep { get; set; }

    public TimeSpan Lease => TimeSpan.FromSeconds(1);

    /// <summary>Requests that came through, in order.</summary>
    public List<OperatorRequest> Asked { get; } = [];

    public OperatorAnswer Answer { get; set; } = new(OperatorOutcome.Done, new Reason("switched", "127.0.61.2 leads"));

    /// <summary>What the cluster does for a request, before it is answered.</summary>
    public Action<OperatorRequest> OnAsked { get; set; } = _ => { };

    public required HttpClient Client { get; init; }

    public Uri Address => Client.BaseAddress!;

    /// <summary>A file with <see cref="Token"/>.</summary>
    public static string TokenFile => WithToken.Value;

    /// <summary>Who asked, in order.</summary>
    public List<Caller> Callers { get; } = [];

    public EventBook Book { get; } = new(1);

    public static async Task<RunningApi> StartAsync(
        ClusterView view, AccessOptions? access = null, TimeSpan? streamPatience = null, string host = "127.0.61.10", int port = 0)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false });
        var api = new RunningApi { View = view, Client = client };
        api._server = await ApiServer.StartAsync(
            new ApiOptions(host, port)
            {
                Access = access ?? new AccessOptions { RingTokens = [Token] },
                StreamPatience = streamPatience ?? TimeSpan.FromHours(1),
            },
            api,
            NullLogger.Instance);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        client.BaseAddress = new Uri($"http://{host}:{api._server.Port}");
        return api;
    }

    public IEventSource Events => Book;

    public Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, CancellationToken cancellation)
    {
        lock (Asked)
        {
            Callers.Add(caller);
            Asked.Add(request);
            OnAsked(request);
        }

        return Task.FromResult(Answer);
    }

    /// <summary>Status and body of one request.</summary>
    public async Task<(int Status, string Body, HttpResponseMessage Response)> SendAsync(
        HttpMethod method, string path, string? accept = null)
    {
        using var request = new HttpRequestMessage(method, path);
        if (accept is not null)
        {
            Assert.True(request.Headers.TryAddWithoutValidation("Accept", accept));
        }

        var response = await Client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(), response);
    }

    /// <summary>As an agent does whose ring key is rotated.</summary>
    public void UseRing(RingKeys keys) => _server!.UseRing(keys.All.Select(k => k.ApiToken), ApiCertificate.Mint(keys.First, ["127.0.61.10"]));

    public async Task<JsonElement> JsonAsync(string path)
    {
        var (_, body, response) = await SendAsync(HttpMethod.Get, path);
        Assert.StartsWith("application/", response.Content.Headers.ContentType?.MediaType, StringComparison.Ordinal);
        return JsonDocument.Parse(body).RootElement;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
    }
}
