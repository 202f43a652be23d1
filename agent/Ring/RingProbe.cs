using System.Net;
using System.Net.Sockets;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>One look at an address, before a node there is asked to come: whether an agent answers there, and one of this ring.</summary>
internal static class RingProbe
{
    /// <summary>Null: an agent of this ring. Else what is there instead, as a refusal. At most four seconds.</summary>
    internal static async Task<Reason?> LookAsync(LinkContext context, IPEndPoint address, CancellationToken cancellation)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            RingSocket.Tune(socket, LinkLimits.Stall);
            socket.Bind(new IPEndPoint(context.Source, 0));
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            deadline.CancelAfter(LinkLimits.Connect);
            await socket.ConnectAsync(address, deadline.Token);
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException)
        {
            socket.Dispose();
            var why = e is SocketException ? e.Message : $"no answer within {LinkLimits.Connect.TotalSeconds:0} s";
            return new Reason("no-answer", $"nobody answers at {address} ({why}): does an agent run there?");
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(LinkLimits.Handshake);
        // Which node is there is not known; one that is not this very node, but of this ring, is what is hoped for.
        switch (await context.Handshake.AsClientAsync(socket, context.Handshake.Identity.Self, limit.Token))
        {
            case HandshakeOutcome.Proven proven:
                await proven.Stream.DisposeAsync();
                return null;
            case HandshakeOutcome.Refused { Reason: RingRefusal.OtherNode }:
                return null;
            case HandshakeOutcome.Refused { Reason: RingRefusal.OwnId }:
                return new Reason("already-member", $"{address} is this very node, or one with a copy of its data directory");
            case HandshakeOutcome.Refused { Reason: RingRefusal.OtherKey } refused:
                return new Reason("other-key", $"{address}: another ring key: {refused.Sentence}");
            case HandshakeOutcome.Refused refused:
                return new Reason("no-answer", $"{address} is no agent of this ring: {refused.Sentence}");
            case HandshakeOutcome.Ended ended:
                return new Reason("no-answer", $"{address} is no agent of this ring, or of one with another key: {ended.Reason}");
            default:
                return new Reason("no-answer", $"{address} did not answer");
        }
    }
}
