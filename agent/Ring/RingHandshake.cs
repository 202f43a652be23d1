using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>
/// Mutual TLS 1.3 between two members, either side of it. The version of the protocol is the ALPN name. The client says
/// in the server name which ring and which node it wants, so that the server can tell a stranger's key from garbage; that name
/// is only a hint for the log, the certificates decide. The server's first byte after TLS tells the client that it was accepted:
/// in TLS 1.3 a client's handshake ends before the server has judged the client's certificate. Which keys count may change between
/// two handshakes, never within one.
/// </summary>
internal sealed class RingHandshake(RingIdentity identity)
{
    private RingIdentity _identity = identity;

    private const byte TlsHandshakeRecord = 0x16;
    private const byte Welcome = 1;
    private const string OtherVersion = "it speaks TLS, but not this version of the ring's protocol";
    private const string NameSuffix = ".mysqlha-ring";

    private static readonly SslApplicationProtocol Protocol = new("mysqlha-ring/1");

    private static readonly string[] HttpMethods =
        ["GET ", "HEAD ", "POST ", "PUT ", "DELETE ", "OPTIONS ", "PATCH ", "CONNECT ", "TRACE "];

    internal RingIdentity Identity => Volatile.Read(ref _identity);

    /// <summary>From here on other keys count.</summary>
    internal void Use(RingIdentity identity) => Volatile.Write(ref _identity, identity);

    /// <summary>
    /// Closes the socket unless the outcome is <see cref="HandshakeOutcome.Proven"/>. Ends when the token says so, at the latest.
    /// </summary>
    internal async Task<HandshakeOutcome> AsServerAsync(Socket socket, CancellationToken deadline)
    {
        if (await RefusalOfFirstBytesAsync(socket, deadline) is { } refusal)
        {
            socket.Dispose();
            return refusal;
        }

        var seen = new Seen(Identity);
        return await ShakeAsync(socket, seen, async stream =>
        {
            await stream.AuthenticateAsServerAsync((_, hello, _, _) =>
            {
                seen.ServerName = hello.ServerName;
                return ValueTask.FromResult(ServerOptions(seen));
            }, null, deadline);
            if (stream.NegotiatedApplicationProtocol != Protocol)
            {
                return Refusal(RingRefusal.HandshakeVersion, OtherVersion);
            }

            if (!seen.ServerName.StartsWith(seen.Identity.Self.Hex, StringComparison.Ordinal))
            {
                return Refusal(RingRefusal.OtherNode, $"node {seen.Peer} looks here for another node than this one, {seen.Identity.Self}");
            }

            await stream.WriteAsync(new[] { Welcome }, deadline);
            return new HandshakeOutcome.Proven(seen.Peer, stream, seen.Keys);
        });
    }

    /// <summary>As <see cref="AsServerAsync"/>, for a connected socket to the node wanted.</summary>
    internal Task<HandshakeOutcome> AsClientAsync(Socket socket, NodeId wanted, CancellationToken deadline)
    {
        var identity = Identity;
        var seen = new Seen(identity) { ServerName = $"{wanted.Hex}.{identity.Fingerprint}{NameSuffix}" };
        return ShakeAsync(socket, seen, async stream =>
        {
            await stream.AuthenticateAsClientAsync(ClientOptions(seen, wanted), deadline);
            if (stream.NegotiatedApplicationProtocol != Protocol)
            {
                return Refusal(RingRefusal.HandshakeVersion, OtherVersion);
            }

            var welcome = new byte[1];
            var read = await stream.ReadAsync(welcome, deadline);
            return read == 1 && welcome[0] == Welcome
                ? new HandshakeOutcome.Proven(seen.Peer, stream, seen.Keys)
                : new HandshakeOutcome.Ended($"it hung up instead of accepting this node; {RingLog.IfOtherKey}");
        });
    }

    /// <summary>The stream over the socket is the caller's where the peer is proven, and closed otherwise.</summary>
    private async Task<HandshakeOutcome> ShakeAsync(Socket socket, Seen seen, Func<SslStream, Task<HandshakeOutcome>> shake)
    {
        var stream = new SslStream(new NetworkStream(socket, ownsSocket: true));
        HandshakeOutcome outcome;
        try
        {
            outcome = await shake(stream);
        }
        catch (Exception e)
        {
            // Whatever it is: strangers choose the bytes, and SslStream throws more than it documents for some of them.
            outcome = Explain(seen, e);
        }

        if (outcome is not HandshakeOutcome.Proven)
        {
            await stream.DisposeAsync();
        }

        return outcome;
    }

    /// <summary>Garbage and HTTP are told apart before TLS sees a byte of them. The bytes stay in the socket.</summary>
    private static async Task<HandshakeOutcome?> RefusalOfFirstBytesAsync(Socket socket, CancellationToken deadline)
    {
        var first = new byte[8];
        int count;
        try
        {
            count = await socket.ReceiveAsync(first, SocketFlags.Peek, deadline);
        }
        catch (OperationCanceledException)
        {
            return Refusal(RingRefusal.HandshakeTooSlow, "it connected and sent nothing");
        }
        catch (SocketException e)
        {
            return new HandshakeOutcome.Ended(e.Message);
        }

        if (count == 0)
        {
            return new HandshakeOutcome.Ended("it hung up without a word");
        }

        var text = Encoding.ASCII.GetString(first, 0, count);
        if (HttpMethods.Any(method => text.StartsWith(method[..Math.Min(method.Length, count)], StringComparison.Ordinal)))
        {
            return Refusal(RingRefusal.PlainHttp, "it sent a plain HTTP request; this port is the ring's, the census is on the HTTP port");
        }

        return first[0] == TlsHandshakeRecord ? null : Refusal(RingRefusal.NotTls, "it sent something that is not TLS");
    }

    private static SslServerAuthenticationOptions ServerOptions(Seen seen) => new()
    {
        ServerCertificateContext = seen.Identity.Certificate,
        ClientCertificateRequired = true,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        AllowRenegotiation = false,
        // A resumed session would skip the certificates.
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => seen.Judges(certificate, wanted: null),
    };

    private static SslClientAuthenticationOptions ClientOptions(Seen seen, NodeId wanted) => new()
    {
        TargetHost = seen.ServerName,
        ClientCertificateContext = seen.Identity.Certificate,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [Protocol],
        AllowRenegotiation = false,
        AllowTlsResume = false,
        RemoteCertificateValidationCallback = (_, certificate, _, _) => seen.Judges(certificate, wanted),
    };

    private static HandshakeOutcome Explain(Seen seen, Exception error)
    {
        // The server name tells of another ring even where that ring's node hung up before its certificate was judged here.
        if (seen.Refusal is RingRefusal.OtherKey || IsNameOfOtherRing(seen))
        {
            return Refusal(RingRefusal.OtherKey, $"it belongs to a ring with another key; {RingLog.IfRotated(seen.Identity.Keys)}");
        }

        return (seen.Refusal, error) switch
        {
            (RingRefusal.NoCertificate, _) => Refusal(RingRefusal.NoCertificate, "it speaks TLS but shows no certificate"),
            (RingRefusal.NotANode, _) => Refusal(RingRefusal.NotANode, "its certificate is of this ring but names no node"),
            (RingRefusal.OtherNode, _) => Refusal(RingRefusal.OtherNode, $"node {seen.Peer} answers there, not the one wanted"),
            (RingRefusal.OwnId, _) =>
                Refusal(RingRefusal.OwnId, $"it has this node's own id {seen.Identity.Self}: was a data directory copied?"),
            (_, OperationCanceledException) => Refusal(RingRefusal.HandshakeTooSlow, "its TLS handshake was not done in time"),
            // OpenSSL's words, from either side of the alert.
            _ when Innermost(error).Contains("no application protocol", StringComparison.Ordinal) =>
                Refusal(RingRefusal.HandshakeVersion, OtherVersion),
            (_, IOException or SocketException or ObjectDisposedException) => new HandshakeOutcome.Ended(Innermost(error)),
            // What SslStream makes of a ClientHello that it cannot parse.
            (_, NotSupportedException) => Refusal(RingRefusal.HandshakeFailed, "it starts like TLS and goes on with something else"),
            _ => Refusal(RingRefusal.HandshakeFailed, $"TLS failed: {Innermost(error)}"),
        };
    }

    private static bool IsNameOfOtherRing(Seen seen) =>
        seen.ServerName.EndsWith(NameSuffix, StringComparison.Ordinal)
        && !seen.Identity.Keys.Fingerprints.Any(f => seen.ServerName.EndsWith($".{f}{NameSuffix}", StringComparison.Ordinal));

    private static HandshakeOutcome.Refused Refusal(RingRefusal reason, string sentence) => new(reason, sentence);

    private static string Innermost(Exception e) => e.GetBaseException().Message;

    /// <summary>What the callbacks of one handshake saw.</summary>
    private sealed class Seen(RingIdentity identity)
    {
        private string _key = "";

        internal RingIdentity Identity => identity;

        internal string ServerName { get; set; } = "";

        internal NodeId Peer { get; private set; }

        internal RingRefusal? Refusal { get; private set; }

        internal LinkKeys Keys => new(identity.Fingerprint, _key);

        internal bool Judges(X509Certificate? certificate, NodeId? wanted)
        {
            (Peer, Refusal) = identity.Judge(certificate, out _key);
            Refusal ??= wanted is { } node && Peer != node ? RingRefusal.OtherNode : null;
            return Refusal is null;
        }
    }
}
