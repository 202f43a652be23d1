using System.Net;
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
internal sealed class ClusterClient(IReadOnlyList<PeerAddress> addresses, ClientAccess access) : IDisposable
{
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(3);

    /// <summary>A little longer than the API's own.</summary>
    private static readonly TimeSpan AskPatience = TimeSpan.FromSeconds(130);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        UseProxy = false,
        UseCookies = false,
        AllowAutoRedirect = false, // no agent sends elsewhere, and a request is not for others
        ConnectTimeout = TimeSpan.FromSeconds(1.5),
        SslOptions = access.Tls(),
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        MaxResponseContentBufferSize = ViewReader.LongestAnswer,
    };

    public void Dispose() => _http.Dispose();

    /// <summary>The JSON document that the first node which answers with one has under the path.</summary>
    public async Task<string> ReadAsync(string path, CancellationToken cancellation)
    {
        var failures = new List<string>();
        foreach (var address in addresses)
        {
            var (text, failure) = await TryReadAsync(address, path, DocumentIn, cancellation);
            if (text is not null)
            {
                return text;
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
            var (view, failure) = await TryReadAsync(address, "view", body => ViewReader.View(body), cancellation);
            if (view is null)
            {
                failures.Add($"{address} {failure}");
                continue;
            }

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
            using var message = Message(HttpMethod.Post, address, "operator");
            message.Headers.Add("X-MySqlHa", "1"); // as agents wanted it before there were tokens
            message.Content = new StringContent(
                JsonSerializer.Serialize(request, OperatorJson.Default.OperatorRequest),
                Encoding.UTF8,
                new MediaTypeHeaderValue("application/json"));
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(AskPatience);
            try
            {
                using var response = await _http.SendAsync(message, patience.Token);
                return AnswerIn(await response.Content.ReadAsByteArrayAsync(patience.Token), address, (int)response.StatusCode);
            }
            catch (HttpRequestException e) when (WasNotSent(e))
            {
                failures.Add($"{address} {Why(e)}");
            }
            catch (Exception e) when (e is HttpRequestException or IOException or OperationCanceledException)
            {
                // It may have arrived.
                var why = e is OperationCanceledException ? "nobody waits any longer" : PlainText.OneLine(e.Message);
                return Unknown($"{address} gave no answer ({why})");
            }
        }

        throw NobodyAnswers(failures);
    }

    private static bool WasNotSent(HttpRequestException e) => e.HttpRequestError is HttpRequestError.ConnectionError
        or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError;

    private static OperatorAnswer AnswerIn(byte[] body, PeerAddress address, int status)
    {
        try
        {
            if (status is 200 or 409 or 504)
            {
                var answer = ViewReader.Answer(body);
                var said = status switch { 200 => OperatorOutcome.Done, 409 => OperatorOutcome.Refused, _ => OperatorOutcome.Unknown };
                return answer.Outcome == said ? answer : throw new JsonException("the status says something else");
            }

            // RFC 9457: it was refused before anybody in the cluster saw it. Only by an agent, and with a client's error.
            var problem = status is >= 400 and < 500 ? ViewReader.Problem(body) : throw new JsonException("no agent says so");
            return new OperatorAnswer(OperatorOutcome.Refused, problem);
        }
        catch (JsonException)
        {
            return Unknown($"{address} answered with HTTP status {status} and nothing that can be read");
        }
    }

    private static OperatorAnswer Unknown(string text) => new(OperatorOutcome.Unknown, new Reason("no-answer", text));

    /// <summary>The text as it came. All that an agent has to read is an object or an array.</summary>
    private static string DocumentIn(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.ValueKind is JsonValueKind.Object or JsonValueKind.Array
            ? new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(body)
            : throw new JsonException($"{document.RootElement.ValueKind} is no document");
    }

    private static ClientException NobodyAnswers(List<string> failures) =>
        new(ExitCodes.Error, $"no node answers: {string.Join("; ", failures)}");

    private HttpRequestMessage Message(HttpMethod method, PeerAddress address, string path)
    {
        var message = new HttpRequestMessage(method, access.UrlOf(address, path));
        message.Headers.Host = message.RequestUri!.Scheme == Uri.UriSchemeHttps ? access.ServerName : null;
        if (access.Token is { } token)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return message;
    }

    private string Why(HttpRequestException e) => e.HttpRequestError switch
    {
        HttpRequestError.ConfigurationLimitExceeded =>
            $"does not answer like a mysqlha agent: with more than {ViewReader.LongestAnswer} bytes",
        HttpRequestError.SecureConnectionError when access.TurnedAway =>
            "shows a certificate that is not the ring's, or that nobody known vouches for: --ring-key or --ca says whom to take",
        HttpRequestError.SecureConnectionError =>
            $"does not speak TLS ({e.InnerException?.Message ?? e.Message}); --plain looks without it, and without a token",
        _ => e.InnerException?.Message ?? e.Message,
    };

    private async Task<(T? Read, string Failure)> TryReadAsync<T>(
        PeerAddress address, string path, Func<byte[], T> read, CancellationToken cancellation)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ReadPatience);
        try
        {
            using var message = Message(HttpMethod.Get, address, path);
            using var response = await _http.SendAsync(message, patience.Token);
            var body = await response.Content.ReadAsByteArrayAsync(patience.Token);
            if (response.IsSuccessStatusCode)
            {
                return (read(body), "");
            }

            return response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden
                ? (null, $"refuses: {ViewReader.Problem(body).Text}")
                : (null, $"answers with HTTP status {(int)response.StatusCode}");
        }
        catch (HttpRequestException e)
        {
            return (null, Why(e));
        }
        catch (Exception e) when (e is JsonException or DecoderFallbackException)
        {
            return (null, $"does not answer like a mysqlha agent: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return (null, $"does not answer within {ReadPatience.TotalSeconds:0} s");
        }
    }
}
