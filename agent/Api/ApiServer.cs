using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Api;

/// <summary>
/// The HTTP face of a node: census, health, metrics, operator requests. Reading verbs change nothing; what does is for who has a token
/// (<see cref="Access"/>). Reads no environment and no files but those of tokens and certificate, and leaves signals to the process.
/// </summary>
public sealed class ApiServer : IAsyncDisposable
{
    private const int MostConnections = 256;
    private readonly WebApplication _app;

    private readonly CancellationTokenSource _stopping;
    private readonly Task _watching;

    private readonly Access _access;

    private ApiServer(WebApplication app, Access access, CancellationTokenSource stopping)
    {
        (_app, _access, _stopping, _watching) = (app, access, stopping, access.WatchAsync(stopping.Token));
        Port = new Uri(app.Urls.First()).Port;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Requests that were refused for want of a token, or for how it came.</summary>
    public long Refused => _access.Refused;

    /// <summary>Listens and answers from now on. Throws <see cref="ApiListenException"/> where it cannot listen.</summary>
    public static async Task<ApiServer> StartAsync(
        ApiOptions options,
        IClusterPort port,
        ILogger logger,
        CancellationToken cancellation = default)
    {
        var book = new ConnectionBook(MostConnections);
        var access = new Access(options.Access, logger);
        access.Look();
        var app = Build(options, book, access, logger);
        var stopping = new CancellationTokenSource();
        var door = new OperatorDoor(port, book, access, logger);
        var desk = new V1Desk(door, new EventsEndpoint(port, book, access, options.StreamPatience, stopping.Token));
        _ = app.Use(book.NoteAsync);
        _ = app.Use(Answers.CompleteAsync);
        _ = app.Use(access.GuardAsync);
        IndexEndpoint.Map(app);
        ViewEndpoints.Map(app, port);
        ExplainEndpoint.Map(app, desk);
        CensusEndpoint.Map(app, port, access);
        ServicesEndpoints.Map(app, port);
        HealthEndpoints.Map(app, port);
        RaftEndpoint.Map(app, port);
        MetricsEndpoint.Map(app, port);
        OperatorEndpoint.Map(app, door);
        desk.Map(app);
        try
        {
            await app.StartAsync(cancellation);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            await app.DisposeAsync();
            stopping.Dispose();
            throw new ApiListenException(WhyNot(options, e), e);
        }

        var server = new ApiServer(app, access, stopping);
        ApiLog.Listening(logger, options.Host, server.Port);
        return server;
    }

    /// <summary>From here on these are the ring's tokens and certificate. Connections that stand stay; each request shows its token.</summary>
    public void UseRing(IEnumerable<string> tokens, X509Certificate2 certificate)
    {
        _access.Tokens.UseRing(tokens);
        _access.Certificate.UseRing(certificate);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watching;
        await _app.DisposeAsync();
        _stopping.Dispose();
    }

    private static WebApplication Build(ApiOptions options, ConnectionBook book, Access access, ILogger logger)
    {
        // Empty, not slim: the slim builder takes appsettings.json and ASPNETCORE_URLS from wherever the agent was started.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "mysqlha" });
        // What is read ahead where nobody takes the answers; else a megabyte of each connection.
        _ = builder.WebHost.UseKestrelCore().UseSockets(sockets => sockets.MaxReadBufferSize = 64 * 1024).ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 16 * 1024;
            kestrel.Limits.MaxRequestHeadersTotalSize = 16 * 1024;
            // Those that make room are gone a little later.
            kestrel.Limits.MaxConcurrentConnections = 2 * MostConnections;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
            kestrel.Listen(IPAddress.Parse(options.Host), options.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http1;
                _ = listen.Use(book.HoldAsync);
                _ = listen.Use(new TlsOrPlain(access.Certificate).TellApartAsync);
            });
        });
        _ = builder.Services.AddRoutingCore();
        _ = builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _ = builder.Services.AddSingleton<ILoggerProvider>(new OneLogger(logger));
        _ = builder.Logging.SetMinimumLevel(LogLevel.Warning);
        _ = builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        return builder.Build();
    }

    private static string WhyNot(ApiOptions options, Exception e)
    {
        var socket = e as SocketException ?? e.InnerException as SocketException ?? e.InnerException?.InnerException as SocketException;
        var why = (e.InnerException, socket?.SocketErrorCode) switch
        {
            (AddressInUseException, _) or (_, SocketError.AddressAlreadyInUse) => "another process listens there",
            (_, SocketError.AddressNotAvailable) => "this machine has no such address",
            (_, SocketError.AccessDenied) => "this user may not use the port",
            _ => e.Message,
        };
        return $"the API cannot listen on {options.Host} port {options.Port} (tcp): {why}";
    }

    /// <summary>Signals belong to the process, not to its HTTP server.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class OneLogger(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
            // The logger belongs to the caller.
        }
    }
}
