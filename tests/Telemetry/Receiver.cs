using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>A real HTTP listener that keeps what is posted and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly HttpListener _listener = new();
    private readonly Task _serving;

    /// <param name="host">An address of this machine, with a port.</param>
    public Receiver(string host)
    {
        Host = host;
        _listener.Prefixes.Add($"http://{host}/");
        _listener.Start();
        _serving = ServeAsync();
    }

    public sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

    public string Host { get; }

    /// <summary>In the order in which they came.</summary>
    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Status by the number of the request, from 0.</summary>
    public Func<int, int> Answer { get; set; } = _ => 200;

    public async Task<IReadOnlyList<Request>> UntilAsync(string what, Func<IReadOnlyList<Request>, bool> condition, double within = 20)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            var all = Requests.ToArray();
            if (condition(all))
            {
                return all;
            }

            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, $"not within {within} s: {what}; {all.Length} came");
            await Task.Delay(20);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
        _listener.Close();
    }

    private async Task ServeAsync()
    {
        while (_listener.IsListening)
        {
            try
            {
                var context = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await context.Request.InputStream.CopyToAsync(body);
                var given = context.Request.Headers;
                var headers = given.AllKeys.ToDictionary(k => k!, k => given[k]!, StringComparer.OrdinalIgnoreCase);
                context.Response.StatusCode = Answer(Requests.Count);
                Requests.Enqueue(new Request(context.Request.Url!.AbsolutePath, headers, body.ToArray()));
                context.Response.Close();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException)
            {
                // Stopped, or the other side is gone.
            }
        }
    }
}
