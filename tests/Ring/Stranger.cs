using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace MySqlHa.Tests.Ring;

/// <summary>Someone who connects to a ring's port without being a transport.</summary>
internal sealed class Stranger : IDisposable
{
    private readonly TcpClient _client;

    internal Stranger(RingPeer to, string from)
    {
        _client = new TcpClient(new IPEndPoint(IPAddress.Parse(from), 0));
        _client.Connect(to.Host, to.Port);
    }

    internal NetworkStream Stream => _client.GetStream();

    /// <summary>True when the other side closes the connection, in good order or not.</summary>
    internal async Task<bool> IsHungUpOnAsync(Stream? stream = null)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        try
        {
            while (await (stream ?? Stream).ReadAsync(new byte[1024], deadline.Token) > 0)
            {
                // A TLS alert, or TLS 1.3 tickets.
            }

            return true;
        }
        catch (IOException)
        {
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>TLS as a client; the stream is good for reading and writing even where the server is about to refuse.</summary>
    internal async Task<SslStream> SpeakTlsAsync(string serverName, string? protocol, X509Certificate2? certificate)
    {
        var tls = new SslStream(Stream, leaveInnerStreamOpen: true);
        await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = serverName,
            EnabledSslProtocols = SslProtocols.Tls13,
            ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)],
            ClientCertificateContext = certificate is null ? null : SslStreamCertificateContext.Create(certificate, null, offline: true),
#pragma warning disable CA5359 // a stranger takes whatever the server shows
            RemoteCertificateValidationCallback = (_, _, _, _) => true,
#pragma warning restore CA5359
        });
        return tls;
    }

    public void Dispose() => _client.Dispose();
}
