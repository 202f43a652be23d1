using System.Net;

namespace MySqlHa.Telemetry;

/// <param name="Id">The same however often it is sent.</param>
/// <param name="Code">Of the event that it tells.</param>
/// <param name="TryAsync">Takes it to its receiver, once. Throws only where it is called off.</param>
internal sealed record Post(string Id, string Code, Func<CancellationToken, ValueTask<Try>> TryAsync);

/// <summary>What came of one try.</summary>
/// <param name="Why">Not; empty: it was taken.</param>
/// <param name="IsRefusal">The receiver heard it, and does not want it.</param>
/// <param name="IsLast">No further one is made.</param>
internal sealed record Try(string Why, bool IsRefusal = false, bool IsLast = false)
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public bool Taken => Why.Length == 0;

    /// <summary>A client that follows nobody elsewhere, and waits ten seconds at most.</summary>
    /// <param name="around">Sees each request on its way; null: nobody does.</param>
    public static HttpClient Client(DelegatingHandler? around = null)
    {
        var inner = new SocketsHttpHandler { AllowAutoRedirect = false, ConnectTimeout = Patience, UseCookies = false };
        around?.InnerHandler = inner;
        return new HttpClient((HttpMessageHandler?)around ?? inner) { Timeout = Patience };
    }

    /// <summary>By the answer. Refused: a client's error, but for those that ask to come again later (408, 425, 429).</summary>
    public static Try Of(HttpResponseMessage answer) => answer.IsSuccessStatusCode
        ? new Try("")
        : new Try($"it answers {(int)answer.StatusCode}", (int)answer.StatusCode is >= 400 and < 500 and not (408 or 425 or 429));

    /// <summary>By what a request ended with in place of an answer; null: it was called off, or this is no failure of a request.</summary>
    public static Try? Of(Exception failure, CancellationToken calledOff) => failure switch
    {
        HttpRequestException { HttpRequestError: HttpRequestError.Unknown } => new Try("it does not answer"),
        HttpRequestException e => new Try($"it does not answer ({e.HttpRequestError})"),
        OperationCanceledException when !calledOff.IsCancellationRequested =>
            new Try($"it does not answer within {Patience.TotalSeconds:0} s"),
        _ => null,
    };
}
