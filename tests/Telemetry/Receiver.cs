using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>A real server, of HTTP or of gRPC, that keeps what is posted and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    /// <summary>Before each message of gRPC: whether it is compressed, and its length.</summary>
    private const int Frame = 5;

    private readonly WebApplication _app;
    private readonly Lock _gate = new();
    private readonly bool _grpc;

    /// <param name="host">An address of this machine, with a port.</param>
    /// <param name="grpc">HTTP/2 without TLS, as collectors have it on 4317; else HTTP/1.1.</param>
    public Receiver(string host, bool grpc = false)
    {
        (Host, _grpc, Answer) = (host, grpc, _ => grpc ? 0 : 200);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        _ = builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(
            IPEndPoint.Parse(host), listen => listen.Protocols = grpc ? HttpProtocols.Http2 : HttpProtocols.Http1));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
        _app.Start();
    }

    /// <param name="Body">Of gRPC the message in its frame.</param>
    public sealed record Request(string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body);

    public string Host { get; }

    /// <summary>In the order in which they came.</summary>
    public ConcurrentQueue<Request> Requests { get; } = new();

    /// <summary>Status, of HTTP or of gRPC, by the number of the request, from 0.</summary>
    public Func<int, int> Answer { get; set; }

    /// <summary>No answer goes out before its end.</summary>
    public Task Held { get; set; } = Task.CompletedTask;

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
        using (var now = new CancellationTokenSource(0))
        {
            await _app.StopAsync(now.Token);
        }

        await _app.DisposeAsync();
    }

    private async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var headers = context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var message = body.ToArray();
        int status;
        lock (_gate)
        {
            status = Answer(Requests.Count);
            Requests.Enqueue(new Request(context.Request.Path, headers, _grpc ? message[Frame..] : message));
        }

        await Held.WaitAsync(context.RequestAborted);
        if (!_grpc)
        {
            context.Response.StatusCode = status;
            return;
        }

        context.Response.ContentType = "application/grpc";
        var said = status.ToString(CultureInfo.InvariantCulture);
        if (status != 0)
        {
            // As servers do it that have no more to say.
            context.Response.Headers["grpc-status"] = said;
            return;
        }

        await context.Response.Body.WriteAsync(new byte[Frame]);
        context.Response.AppendTrailer("grpc-status", said);
    }
}
