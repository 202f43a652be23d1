using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Ring;

namespace MySqlHa.Tests.Ring;

/// <summary>One node's transport, and all that it received and logged.</summary>
internal sealed class RingPeer : IRingReceiver, IAsyncDisposable
{
    private const string Greeting = "greeting ";

    private readonly RingTransport _transport;

    internal RingPeer(RingKey key, string host, int port = 0, NodeId? id = null)
    {
        Id = id ?? NewId();
        Host = host;
        _transport = RingTransport.Start(new RingOptions(Id, host, port, key), this, Log);
    }

    internal NodeId Id { get; }

    internal string Host { get; }

    internal int Port => _transport.Port;

    internal RingTransport Transport => _transport;

    internal RingCounters Counters => _transport.Counters;

    internal RecordedLog Log { get; } = new();

    /// <summary>What arrived other than the greetings of <see cref="ReachAsync"/>.</summary>
    internal ConcurrentQueue<(NodeId From, string Text)> Frames { get; } = [];

    internal ConcurrentQueue<string> Greetings { get; } = [];

    internal ConcurrentQueue<(string Host, int Port, string Text)> Datagrams { get; } = [];

    internal static NodeId NewId() => NodeId.From(RandomNumberGenerator.GetBytes(16));

    internal void Send(RingPeer to, string text) => _transport.Send(to.Id, to.Host, to.Port, Encoding.UTF8.GetBytes(text));

    internal void SendDatagram(RingPeer to, string text) => _transport.SendDatagram(to.Host, to.Port, Encoding.UTF8.GetBytes(text));

    /// <summary>Sends a fresh text until it arrives: frames may be lost while a link is made.</summary>
    internal async Task ReachAsync(RingPeer to)
    {
        var text = $"{Greeting}{Guid.NewGuid()}";
        await Eventually.HoldsAsync(
            $"a frame of {Host} reaches {to.Host}",
            () =>
            {
                Send(to, text);
                return to.Greetings.Contains(text);
            });
    }

    void IRingReceiver.OnDatagram(string fromHost, int fromPort, ReadOnlyMemory<byte> payload) =>
        Datagrams.Enqueue((fromHost, fromPort, Encoding.UTF8.GetString(payload.Span)));

    void IRingReceiver.OnFrame(NodeId from, ReadOnlyMemory<byte> payload)
    {
        var text = Encoding.UTF8.GetString(payload.Span);
        if (text.StartsWith(Greeting, StringComparison.Ordinal))
        {
            Greetings.Enqueue(text);
        }
        else
        {
            Frames.Enqueue((from, text));
        }
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
