using System.Diagnostics;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// The outgoing connection to one peer: frames leave in the order they were given, each at most once. Made when there is something to
/// send, ended when there was nothing for long, made anew when it is lost, the peer has moved, or other keys are to be used.
/// What waited too long is dropped, never sent late:
/// Raft sends again, and a stale lease helps nobody.
/// </summary>
internal sealed class PeerLink : IAsyncDisposable
{
    private readonly NodeId _peer;
    private readonly LinkContext _context;
    private readonly FrameQueue _queue;
    private readonly CancellationTokenSource _stop = new();
    private readonly FrameWriter _writer;
    private readonly Task _work;
    private Target _target;
    private Made? _made;
    private TaskCompletionSource? _renewal;
    private bool _lossLogged;
    private bool _wasQuiet;

    internal PeerLink(NodeId peer, IPEndPoint address, LinkContext context)
    {
        _peer = peer;
        _context = context;
        _queue = new FrameQueue(TimeProvider.System);
        _writer = new FrameWriter(_queue, context.Counters);
        _target = new Target(address);
        // Off the caller's thread and its synchronization context: the caller must never wait for a socket.
        _work = Task.Run(RunAsync);
    }

    internal void Send(IPEndPoint address, ReadOnlyMemory<byte> payload)
    {
        var target = Volatile.Read(ref _target);
        if (!target.Address.Equals(address) && Interlocked.CompareExchange(ref _target, new Target(address), target) == target)
        {
            _ = target.Left.CancelAsync();
        }

        _context.Counters.FrameDropped(_queue.Add(payload));
    }

    /// <summary>
    /// Where the connection that stands was made with keys that are not those to use: the peer reads it to its end, then it is made anew,
    /// and no frame is lost by that. Returns when the next one was tried.
    /// </summary>
    internal async Task RenewAsync()
    {
        if (Volatile.Read(ref _made) is { } made && !IsPresent(made.Keys))
        {
            var renewal = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _renewal, renewal);
            await made.Replaced.CancelAsync();
            _ = await Task.WhenAny(renewal.Task, _work, Task.Delay(LinkLimits.Handshake)); // it may have been lost by itself just now
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var failures = 0;
        while (!_stop.IsCancellationRequested)
        {
            var target = Volatile.Read(ref _target);
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token, target.Left.Token);
            try
            {
                if (Volatile.Read(ref _renewal) is null)
                {
                    await _queue.WaitAsync(attempt.Token);
                }

                var worked = await ConnectAndPumpAsync(target.Address, attempt.Token);
                failures = worked ? 0 : failures + 1;
                await Task.Delay(LinkLimits.Backoff(failures), attempt.Token);
            }
            catch (OperationCanceledException)
            {
                // Stopped, or the peer moved: then at once to the new address.
                failures = 0;
            }
        }

        _context.Counters.FrameDropped(_queue.Close());
    }

    /// <summary>False where there was no connection, or none that lasted: then the next attempt waits longer.</summary>
    private async Task<bool> ConnectAndPumpAsync(IPEndPoint address, CancellationToken cancellation)
    {
        var (proven, failure) = await ConnectAsync(address, cancellation);
        Interlocked.Exchange(ref _renewal, null)?.SetResult();
        if (proven is not { Stream: var stream })
        {
            cancellation.ThrowIfCancellationRequested();
            _context.Counters.FrameDropped(_queue.DropOlderThan(TimeSpan.Zero));
            LogLoss(address, failure);
            return false;
        }

        await using (stream)
        {
            _context.Counters.Connected();
            if (!_wasQuiet)
            {
                RingLog.LinkMade(_context.Logger, _peer, address);
            }

            (_lossLogged, _wasQuiet) = (false, false);
            _context.Counters.FrameDropped(_queue.DropOlderThan(LinkLimits.MaxAge));
            var since = Stopwatch.GetTimestamp();
            var made = new Made(proven.Keys);
            Volatile.Write(ref _made, made);
            if (!IsPresent(made.Keys))
            {
                await made.Replaced.CancelAsync(); // the keys changed under its handshake
            }

            var reason = await PumpAsync(stream, made.Replaced.Token, cancellation);
            Volatile.Write(ref _made, null);
            if (_wasQuiet)
            {
                return true;
            }

            LogLoss(address, reason);
            return made.Replaced.IsCancellationRequested || Stopwatch.GetElapsedTime(since) > LinkLimits.BackoffMax;
        }
    }

    /// <summary>This node shows itself by that key still, and accepts that of the peer.</summary>
    private bool IsPresent(LinkKeys keys) =>
        _context.Handshake.Identity.Keys is var now && keys.Own == now.First.Fingerprint && now.Accepts(keys.Peers);

    private async Task<(HandshakeOutcome.Proven? Link, string Failure)> ConnectAsync(IPEndPoint address, CancellationToken cancellation)
    {
        Socket? socket = null;
        try
        {
            socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
            RingSocket.Tune(socket, LinkLimits.Stall);
            socket.Bind(new IPEndPoint(_context.Source, 0));
            using (var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation))
            {
                deadline.CancelAfter(LinkLimits.Connect);
                await socket.ConnectAsync(address, deadline.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket?.Dispose();
            return (null, e is SocketException ? e.Message : "no answer to the connection attempt");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LinkLimits.Handshake);
        switch (await _context.Handshake.AsClientAsync(socket, _peer, limit.Token))
        {
            case HandshakeOutcome.Proven proven:
                return (proven, "");
            case HandshakeOutcome.Refused refused when !cancellation.IsCancellationRequested:
                _context.Refusals.Refuse(refused.Reason, address.Address, refused.Sentence);
                return (null, refused.Sentence);
            case HandshakeOutcome.Ended ended:
                return (null, ended.Reason);
            default:
                return (null, "stopped");
        }
    }

    /// <summary>Sends until the connection is lost, stalls, is replaced or the token says so; the reason is for the log.</summary>
    private async Task<string> PumpAsync(SslStream stream, CancellationToken replaced, CancellationToken cancellation)
    {
        using var lost = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var watch = WatchAsync(stream, lost);
        using var write = CancellationTokenSource.CreateLinkedTokenSource(lost.Token);
        using var idle = CancellationTokenSource.CreateLinkedTokenSource(lost.Token, replaced);
        var stalled = false;
        try
        {
            while (!replaced.IsCancellationRequested)
            {
                idle.CancelAfter(_context.Quiet);
                await _queue.WaitAsync(idle.Token);
                stalled = true;
                await _writer.WriteQueuedAsync(stream, write);
                stalled = false;
            }

            return await DrainAsync(stream, watch);
        }
        catch (OperationCanceledException)
        {
            if (idle.IsCancellationRequested && !stalled && !lost.IsCancellationRequested)
            {
                _wasQuiet = !replaced.IsCancellationRequested;
                return await DrainAsync(stream, watch);
            }

            return stalled && !lost.IsCancellationRequested
                ? $"it took nothing for {LinkLimits.Stall.TotalSeconds} s"
                : cancellation.IsCancellationRequested ? "stopped, or it moved" : "it hung up";
        }
        catch (Exception e)
        {
            return e.GetBaseException().Message;
        }
        finally
        {
            await lost.CancelAsync();
            await watch;
        }
    }

    /// <summary>
    /// Says that nothing more comes, and waits until the peer, which then has read all, hangs up: a connection that came sooner would
    /// end this one with frames unread.
    /// </summary>
    private static async Task<string> DrainAsync(SslStream stream, Task hungUp)
    {
        try
        {
            await stream.ShutdownAsync().WaitAsync(LinkLimits.Drain);
            await hungUp.WaitAsync(LinkLimits.Drain);
        }
        catch (Exception)
        {
            // It is lost, or too slow: what is under way may be lost with it.
        }

        return "it is made anew with other keys";
    }

    /// <summary>The peer never writes here after its welcome: whatever a read returns, the connection is over.</summary>
    private static async Task WatchAsync(SslStream stream, CancellationTokenSource lost)
    {
        try
        {
            _ = await stream.ReadAsync(new byte[1], lost.Token);
        }
        catch (Exception)
        {
            // The same news, whatever it is.
        }

        await lost.CancelAsync();
    }

    private void LogLoss(IPEndPoint address, string reason)
    {
        // Once until it is made again: a peer that is down must not fill the log.
        if (!_lossLogged && !_stop.IsCancellationRequested)
        {
            _lossLogged = true;
            RingLog.LinkLost(_context.Logger, _peer, address, reason);
        }
    }

    /// <summary>The connection that stands, until it is to be replaced.</summary>
    private sealed class Made(LinkKeys keys)
    {
        internal LinkKeys Keys { get; } = keys;

        internal CancellationTokenSource Replaced { get; } = new();
    }

    /// <summary>Where the peer is, until it is somewhere else.</summary>
    private sealed class Target(IPEndPoint address)
    {
        internal IPEndPoint Address { get; } = address;

        internal CancellationTokenSource Left { get; } = new();
    }
}
