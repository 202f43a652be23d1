using System.Net.Http.Headers;

namespace MySqlHa.Telemetry;

/// <summary>Posts events to one receiver, as JSON.</summary>
internal sealed class WebhookPoster(WebhookTarget target) : IDisposable
{
    private readonly HttpClient _http = Try.Client();

    public WebhookTarget Target => target;

    public Post PostOf(WebhookMessage message) => new(message.Id, message.Code, cancellation => TryAsync(message, cancellation));

    public void Dispose() => _http.Dispose();

    private async ValueTask<Try> TryAsync(WebhookMessage message, CancellationToken cancellation)
    {
        Try? failed = null;
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, target.Url) { Content = new ByteArrayContent(message.Json) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            foreach (var (name, value) in target.Headers(message))
            {
                _ = request.Headers.TryAddWithoutValidation(name, value);
            }

            using var answer = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
            return Try.Of(answer);
        }
        catch (Exception e) when ((failed = Try.Of(e, cancellation)) is not null)
        {
            return failed;
        }
    }
}
