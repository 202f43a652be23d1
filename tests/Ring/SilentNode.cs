using System.Net;
using System.Net.Sockets;
using MySqlHa.Cluster;
using MySqlHa.Ring;

namespace MySqlHa.Tests.Ring;

/// <summary>A true member that accepts connections and never reads a frame from them.</summary>
internal sealed class SilentNode : IAsyncDisposable
{
    private readonly Socket _listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource _stop = new();
    private readonly RingIdentity _identity;
    private readonly List<HandshakeOutcome.Proven> _held = [];
    private readonly Task _work;

    internal SilentNode(RingKey key, string host)
    {
        Host = host;
        _identity = new RingIdentity(RingKeys.Of(key), Id);
        _listener.Bind(new IPEndPoint(IPAddress.Parse(host), 0));
        _listener.Listen();
        _work = Task.Run(RunAsync);
    }

    internal NodeId Id { get; } = RingPeer.NewId();

    internal string Host { get; }

    internal int Port => ((IPEndPoint)_listener.LocalEndPoint!).Port;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _work;
        _listener.Dispose();
        _held.ForEach(held => held.Stream.Dispose());
        _identity.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptAsync(_stop.Token);
                if (await new RingHandshake(_identity).AsServerAsync(socket, _stop.Token) is HandshakeOutcome.Proven proven)
                {
                    _held.Add(proven);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The test is over.
        }
    }
}
