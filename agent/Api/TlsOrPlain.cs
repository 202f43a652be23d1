using System.IO.Pipelines;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace MySqlHa.Api;

/// <summary>
/// One port for both: a connection whose first byte begins a TLS record is TLS, any other plain HTTP, so that load balancers' checks and
/// <c>curl</c> need nothing. The certificate is the one of the moment.
/// </summary>
internal sealed class TlsOrPlain(ServerCertificate certificate)
{
    private const byte HandshakeRecord = 0x16;
    private static readonly TimeSpan FirstByte = TimeSpan.FromSeconds(130); // as long as HTTP lets a connection idle
    private static readonly TimeSpan Handshake = TimeSpan.FromSeconds(10);

    public async Task TellApartAsync(ConnectionContext connection, Func<Task> next)
    {
        if (await BeginsTlsAsync(connection) is not { } tls)
        {
            return;
        }

        if (tls)
        {
            await OverTlsAsync(connection, next);
        }
        else
        {
            await next();
        }
    }

    /// <summary>Null: it ended, or said nothing. What came stays there to be read.</summary>
    private static async Task<bool?> BeginsTlsAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed);
        patience.CancelAfter(FirstByte);
        try
        {
            var read = await input.ReadAsync(patience.Token);
            var first = read.Buffer.IsEmpty ? (byte?)null : read.Buffer.FirstSpan[0];
            input.AdvanceTo(read.Buffer.Start);
            return first is { } known ? known == HandshakeRecord : null;
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            return null;
        }
    }

    private async Task OverTlsAsync(ConnectionContext connection, Func<Task> next)
    {
        var raw = connection.Transport;
        await using var stream = new SslStream(new PipeStream(raw), leaveInnerStreamOpen: false);
        using (var patience = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            patience.CancelAfter(Handshake);
            try
            {
                await stream.AuthenticateAsServerAsync(
                    (_, hello, _, _) => ValueTask.FromResult(OptionsFor(hello.ServerName)), state: null, patience.Token);
            }
            catch (Exception)
            {
                // Whatever it is: strangers choose the bytes, and SslStream throws more than it documents for some of them.
                return;
            }
        }

        connection.Features.Set<ITlsConnectionFeature>(new Secured());
        var input = PipeReader.Create(stream, new StreamPipeReaderOptions(leaveOpen: true));
        var output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        try
        {
            connection.Transport = new Ends(input, output);
            await next();
        }
        finally
        {
            await input.CompleteAsync();
            await output.CompleteAsync();
            connection.Transport = raw;
        }
    }

    /// <summary>Without a certificate the handshake fails.</summary>
    private SslServerAuthenticationOptions OptionsFor(string name) => new()
    {
        ServerCertificateContext = certificate.For(name),
        EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        ApplicationProtocols = [SslApplicationProtocol.Http11],
        AllowRenegotiation = false,
    };

    private sealed record Ends(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Only that it is TLS: clients show no certificate.</summary>
    private sealed class Secured : ITlsConnectionFeature
    {
        public X509Certificate2? ClientCertificate { get; set; }

        public Task<X509Certificate2?> GetClientCertificateAsync(CancellationToken cancellationToken) => Task.FromResult(ClientCertificate);
    }
}
