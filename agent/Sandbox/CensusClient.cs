using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Ring;

namespace MySqlHa.Sandbox;

/// <summary>What one node says of the cluster; View null: it did not answer, and Silence says how.</summary>
public sealed record NodeAnswer(SandboxNode Node, ClusterView? View, string Silence);

/// <summary>Reads the nodes' pictures of the cluster as anyone could, and posts operators' requests with the ring's token.</summary>
public sealed class CensusClient : IDisposable
{
    private readonly Lazy<RingKeys>? _key;

    // A node that is frozen or cut off takes a connection and says nothing.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    // A switchover waits for replication; the agents bound it themselves.
    private static readonly TimeSpan OperatorPatience = TimeSpan.FromSeconds(60);

    // Who looks waits no longer than he has patience. A request of an operator goes to a node that has just answered: nothing but a busy
    // machine holds its handshake up.
    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(15);

    private readonly HttpClient _http;

    /// <param name="keyFile">The sandbox's ring key: it gives the token, and the nodes are known by it. Null: only to look.</param>
    public CensusClient(string? keyFile = null)
    {
        _key = keyFile is null ? null : new Lazy<RingKeys>(() => RingKeys.Load(keyFile));
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            AllowAutoRedirect = false,
            ConnectTimeout = ConnectPatience,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, shown, _, _) => shown is X509Certificate2 certificate && Key.Vouches(certificate),
            },
        })
        {
            Timeout = OperatorPatience,
            MaxResponseContentBufferSize = ViewReader.LongestAnswer,
        };
    }

    private RingKeys Key => _key?.Value ?? throw new InvalidOperationException("this client only looks");

    public void Dispose() => _http.Dispose();

    /// <summary>All nodes at once.</summary>
    public async Task<IReadOnlyList<NodeAnswer>> AskAsync(IEnumerable<SandboxNode> nodes, CancellationToken cancellation) =>
        await Task.WhenAll(nodes.Select(node => AskAsync(node, cancellation)));

    public async Task<NodeAnswer> AskAsync(SandboxNode node, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return new NodeAnswer(node, ViewReader.View(await _http.GetByteArrayAsync(UrlOf(node, "view"), patience.Token)), "");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return new NodeAnswer(node, null, "does not answer");
        }
        catch (HttpRequestException e)
        {
            return new NodeAnswer(node, null, e.StatusCode is { } code ? $"answers with HTTP {(int)code}" : "does not answer yet");
        }
        catch (JsonException e)
        {
            return new NodeAnswer(node, null, $"answers with something that is no census: {e.Message}");
        }
    }

    /// <summary>The picture to believe: of a node that reaches a majority, else the newest there is; null where none answers.</summary>
    public static ClusterView? Best(IEnumerable<NodeAnswer> answers) =>
        answers.Select(a => a.View).OfType<ClusterView>()
            .OrderByDescending(v => v.Election != ElectionStatus.NoQuorum && v.Controller is not null)
            .ThenByDescending(v => v.Epoch).ThenByDescending(v => v.AppliedIndex).ThenByDescending(v => v.Term)
            .FirstOrDefault();

    /// <summary>The node brings the request to who must act. A connection that breaks leaves the outcome unknown.</summary>
    public async Task<OperatorAnswer> PostAsync(SandboxNode node, OperatorRequest request, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, UrlOf(node, "operator", tls: true));
        message.Headers.Host = ApiCertificate.ServerName; // the certificate that the key knows
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Key.First.ApiToken);
        message.Content = JsonContent.Create(request, OperatorJson.Default.OperatorRequest);
        try
        {
            using var response = await _http.SendAsync(message, cancellation);
            var body = await response.Content.ReadAsByteArrayAsync(cancellation);
            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? new OperatorAnswer(OperatorOutcome.Refused, ViewReader.Problem(body))
                : ViewReader.Answer(body);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return Unknown($"{node.Name} gave no answer that can be read: {e.Message}");
        }
    }

    private static OperatorAnswer Unknown(string text) =>
        new(OperatorOutcome.Unknown, new Reason("no-answer", text + "; look at status before trying again"));

    private static Uri UrlOf(SandboxNode node, string path, bool tls = false) =>
        new($"{(tls ? "https" : "http")}://{node.Ip}:{node.Address.HttpPort}/{path}");
}
