using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Configuration;

namespace MySqlHa.Cli;

/// <summary>
/// Talks to whichever node answers. Reading may go on to the next node as it likes; a request goes on only while it is certain that
/// nobody has received it, because to ask twice may be to do twice.
/// </summary>
internal sealed class ClusterClient(IReadOnlyList<PeerAddress> addresses) : IDisposable
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(3);

    /// <summary>A little longer than the API's own.</summary>
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(130);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, ConnectTimeout = TimeSpan.FromSeconds(1.5) })
    {
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>What the first node that answers says under the path.</summary>
    public async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var address in addresses)
        {
            var (body, failure) = await TryReadAsync(address, path, cancellation);
            if (body is not null)
            {
                return body;
            }

            failures.Add($"{address} {failure}");
        }

        throw NobodyAnswers(failures);
    }

    /// <summary>
    /// The view of the first node that answers and reaches a majority; if none does, of the first that answers: what it lacks is
    /// what the person has to see.
    /// </summary>
    public async Task<ClusterView> ViewAsync(CancellationToken cancellation)
    {
        var failures = new List<string>();
        ClusterView? cutOff = null;
        foreach (var address in addresses)
        {
            var (body, failure) = await TryReadAsync(address, "view", cancellation);
            if (body is null)
            {
                failures.Add($"{address} {failure}");
                continue;
            }

            var view = Parsed(address, body);
            if (view.Election != ElectionStatus.NoQuorum)
            {
                return view;
            }

            cutOff ??= view;
        }

        return cutOff ?? throw NobodyAnswers(failures);
    }

    /// <summary>Asks the cluster through the first node that takes the request.</summary>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var address in addresses)
        {
            using var message = new HttpRequestMessage(HttpMethod.Post, UrlOf(address, "operator"));
            message.Headers.Add("X-MySqlHa", "1");
            message.Content = new StringContent(
                JsonSerializer.Serialize(request, OperatorJson.Default.OperatorRequest),
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json"));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(AskPatience);
            try
            {
                using var response = await _http.SendAsync(message, patience.Token);
                return AnswerIn(await response.Content.ReadAsStringAsync(patience.Token), address, (int)response.StatusCode);
            }
            catch (HttpRequestException e) when (WasNotSent(e))
            {
                failures.Add($"{address} {Why(e)}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // It may have arrived.
                return Unknown($"{address} gave no answer ({(e is OperationCanceledException ? "nobody waits any longer" : e.Message)})");
            }
        }

        throw NobodyAnswers(failures);
    }

    private static bool WasNotSent(HttpRequestException e) =>
        e.HttpRequestError is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError;

    private static OperatorAnswer AnswerIn(string body, PeerAddress address, int status)
    {
        try
        {
            if (status is 200 or 409 or 504)
            {
                return JsonSerializer.Deserialize(body, ViewJson.Default.OperatorAnswer) is { Reason: not null } answer
                    ? answer
                    : Unknown($"{address} answered with nothing that can be read");
            }

            // RFC 9457: it was refused before anybody in the cluster saw it.
            using var problem = JsonDocument.Parse(body);
            var (code, detail) = (problem.RootElement.GetProperty("code"), problem.RootElement.GetProperty("detail"));
            return new OperatorAnswer(OperatorOutcome.Refused, new Reason(code.GetString() ?? "", detail.GetString() ?? ""));
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Unknown($"{address} answered with HTTP status {status} and nothing that can be read");
        }
    }

    private static OperatorAnswer Unknown(string text) => new(OperatorOutcome.Unknown, new Reason("no-answer", text));

    private static ClusterView Parsed(PeerAddress address, string body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, ViewJson.Default.ClusterView) ?? throw new JsonException("null");
        }
        catch (JsonException e)
        {
            throw new ClientException(ExitCodes.Error, $"{address} does not answer like a mysqlha agent: {e.Message}");
        }
    }

    private static ClientException NobodyAnswers(List<string> failures) =>
        new(ExitCodes.Error, $"no node answers: {string.Join("; ", failures)}");

    private static Uri UrlOf(PeerAddress address, string path) => new($"http://{address}/{path}");

    private static string Why(HttpRequestException e) => e.InnerException?.Message is { } inner ? inner : e.Message;

    private async Task<(string? Body, string Failure)> TryReadAsync(PeerAddress address, string path, CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadPatience);
        try
        {
            using var response = await _http.GetAsync(UrlOf(address, path), patience.Token);
            return response.IsSuccessStatusCode
                ? (await response.Content.ReadAsStringAsync(patience.Token), "")
                : (null, $"answers with HTTP status {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (null, Why(e));
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"does not answer within {ReadPatience.TotalSeconds:0} s");
        }
    }
}
