using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Takes connections on the ring's port. Strangers cannot use it up: at most 64 connections are in their handshake, for 3 s each,
/// and the oldest makes room for the newest, so that a member, which needs a few milliseconds, gets through a crowd that
/// says nothing. One connection for each proven peer: the newer replaces the older, which a crash or a cut has orphaned. One that was
/// proven by a key that is no longer accepted ends.
/// </summary>
internal sealed class PeerListener(Socket listener, LinkContext context)
{
    internal const int MaxHandshakes = 64;

    private readonly Lock _lock = new();
    private readonly LinkedList<Newcomer> _newcomers = [];
    private readonly Dictionary<NodeId, Incoming> _incoming = [];
    private readonly ConcurrentDictionary<Task, byte> _conversations = [];

    /// <summary>Accepts until the token says so; returns when every connection is closed.</summary>
    internal async Task RunAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var socket = await listener.AcceptAsync(stopping);
                var conversation = Task.Run(() => ConverseAsync(socket, stopping), CancellationToken.None);
                _ = _conversations.TryAdd(conversation, 0);
                _ = conversation.ContinueWith(
                    done => _conversations.TryRemove(done, out _),
                    CancellationToken.None,
                    TaskContinuationOptions.None,
                    TaskScheduler.Default);
            }
            catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
            {
                break;
            }
            catch (SocketException e)
            {
                // Out of file descriptors, most likely: some will be free again.
                RingLog.AcceptFailed(context.Logger, e.Message);
                await Task.Delay(TimeSpan.FromMilliseconds(200), CancellationToken.None);
            }
        }

        await Task.WhenAll(_conversations.Keys);
    }

    /// <summary>Ends the connections of peers that have proven themselves by a key which is no longer accepted, one after the other.</summary>
    internal async Task EndUnacceptedAsync()
    {
        List<Incoming> unaccepted;
        lock (_lock)
        {
            unaccepted = [.. _incoming.Values.Where(i => !IsAccepted(i.Key))];
        }

        foreach (var incoming in unaccepted)
        {
            await incoming.EndAsync();
        }
    }

    private bool IsAccepted(string key) => context.Handshake.Identity.Keys.Accepts(key);

    private async Task ConverseAsync(Socket socket, CancellationToken stopping)
    {
        IPEndPoint from;
        try
        {
            from = (IPEndPoint)socket.RemoteEndPoint!;
            RingSocket.Tune(socket, LinkLimits.Stall);
        }
        catch (SocketException)
        {
            // Gone before it was looked at.
            socket.Dispose();
            return;
        }

        switch (await ShakeHandsAsync(socket, stopping))
        {
            case HandshakeOutcome.Proven proven:
                await ListenToAsync(proven, from, stopping);
                break;
            case HandshakeOutcome.Refused refused when !stopping.IsCancellationRequested:
                context.Refusals.Refuse(refused.Reason, from.Address, refused.Sentence);
                break;
        }
    }

    private async Task<HandshakeOutcome> ShakeHandsAsync(Socket socket, CancellationToken stopping)
    {
        using var newcomer = new Newcomer(stopping);
        lock (_lock)
        {
            if (_newcomers.Count >= MaxHandshakes)
            {
                _newcomers.First!.Value.PushOut();
                _newcomers.RemoveFirst();
            }

            _ = _newcomers.AddLast(newcomer);
        }

        var outcome = await context.Handshake.AsServerAsync(socket, newcomer.Deadline);
        lock (_lock)
        {
            _ = _newcomers.Remove(newcomer);
        }

        return outcome is not HandshakeOutcome.Proven && newcomer.IsPushedOut
            ? new HandshakeOutcome.Refused(RingRefusal.HandshakesTooMany, $"over {MaxHandshakes} connections were in their handshake")
            : outcome;
    }

    private async Task ListenToAsync(HandshakeOutcome.Proven proven, IPEndPoint from, CancellationToken stopping)
    {
        using var mine = new Incoming(proven.Keys.Peers, stopping);
        Incoming? older;
        lock (_lock)
        {
            _ = _incoming.Remove(proven.Peer, out older);
            _incoming.Add(proven.Peer, mine);
        }

        if (older is not null)
        {
            // Its last frame is delivered before the first one of this connection.
            await older.EndAsync();
        }

        if (!IsAccepted(mine.Key))
        {
            await mine.CancelAsync(); // the keys changed under its handshake
        }

        context.Counters.Accepted();
        RingLog.LinkAccepted(context.Logger, proven.Peer, from);
        string reason;
        await using (proven.Stream)
        {
            reason = await ReadFramesAsync(proven.Peer, proven.Stream, from, mine.Token);
        }

        lock (_lock)
        {
            if (_incoming.TryGetValue(proven.Peer, out var current) && current == mine)
            {
                _ = _incoming.Remove(proven.Peer);
            }
        }

        mine.HasEnded();
        RingLog.LinkEnded(context.Logger, proven.Peer, from, reason);
    }

    private async Task<string> ReadFramesAsync(NodeId peer, SslStream stream, IPEndPoint from, CancellationToken cancellation)
    {
        var header = new byte[Frames.HeaderBytes];
        try
        {
            while (true)
            {
                var frame = await Frames.ReadAsync(stream, header, cancellation);
                if (frame.IsTooLong)
                {
                    var sentence = $"node {peer} announced a frame of {frame.Length} bytes; at most {Frames.MaxPayload} are allowed";
                    context.Refusals.Refuse(RingRefusal.FrameTooLong, from.Address, sentence);
                    return sentence;
                }

                if (frame.Payload is null)
                {
                    return "it hung up";
                }

                Deliver(peer, frame.Payload, from);
            }
        }
        catch (OperationCanceledException)
        {
            return "stopped, it connected anew, or its key is no longer accepted";
        }
        catch (Exception e)
        {
            return e.GetBaseException().Message;
        }
    }

    private void Deliver(NodeId peer, byte[] payload, IPEndPoint from)
    {
        context.Counters.FrameReceived();
        try
        {
            context.Receiver.OnFrame(peer, payload);
        }
        catch (Exception e)
        {
            // One message that the receiver fails on must not end the link.
            RingLog.ReceiverFailed(context.Logger, e, from);
        }
    }

    /// <summary>A connection that has proven nothing yet.</summary>
    private sealed class Newcomer : IDisposable
    {
        private readonly CancellationTokenSource _deadline;
        private volatile bool _pushedOut;

        internal Newcomer(CancellationToken stopping)
        {
            _deadline = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            _deadline.CancelAfter(LinkLimits.Handshake);
        }

        internal CancellationToken Deadline => _deadline.Token;

        internal bool IsPushedOut => _pushedOut;

        internal void PushOut()
        {
            _pushedOut = true;
            _ = _deadline.CancelAsync();
        }

        public void Dispose() => _deadline.Dispose();
    }

    /// <summary>The connection of a proven peer.</summary>
    private sealed class Incoming(string key, CancellationToken stopping) : IDisposable
    {
        private readonly CancellationTokenSource _end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        internal CancellationToken Token => _end.Token;

        /// <summary>The fingerprint of the one by which the peer has proven itself.</summary>
        internal string Key => key;

        internal Task CancelAsync() => _end.CancelAsync();

        internal void HasEnded() => _ended.SetResult();

        internal async Task EndAsync()
        {
            try
            {
                await _end.CancelAsync();
            }
            catch (ObjectDisposedException)
            {
                // It ended by itself meanwhile.
            }

            await _ended.Task;
        }

        public void Dispose() => _end.Dispose();
    }
}
