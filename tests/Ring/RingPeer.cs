using System.Collections.Concurrent;
using System.Diagnostics;
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
    private long _given;

    internal RingPeer(RingKey key, string host, int port = 0, NodeId? id = null, TimeSpan? quiet = null)
        : this(RingKeys.Of(key), host, port, id, quiet)
    {
    }

    internal RingPeer(RingKeys keys, string host, int port = 0, NodeId? id = null, TimeSpan? quiet = null)
    {
        Id = id ?? NewId();
        Host = host;
        _transport = RingTransport.Start(new RingOptions(Id, host, port, keys) { Quiet = quiet ?? TimeSpan.FromSeconds(30) }, this, Log);
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

    internal ConcurrentQueue<(NodeId From, long At)> Arrivals { get; } = [];

    /// <summary>Done with each frame before it counts as received; the link reads on behind it.</summary>
    internal Action Reading { get; set; } = () => { };

    internal static NodeId NewId() => NodeId.From(RandomNumberGenerator.GetBytes(16));

    internal void Send(RingPeer to, string text)
    {
        _ = Interlocked.Increment(ref _given);
        _transport.Send(to.Id, to.Host, to.Port, Encoding.UTF8.GetBytes(text));
    }

    /// <summary>Every frame given so far is counted as sent or dropped: it may arrive a moment before it is.</summary>
    internal Task CountedAsync() => Eventually.HoldsAsync(
        "every frame given is counted",
        () => Counters.FramesSent + Counters.FramesDropped == Interlocked.Read(ref _given));

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

    /// <summary>Between two frames of a peer.</summary>
    internal TimeSpan LongestSilence(RingPeer of)
    {
        var at = Arrivals.Where(a => a.From == of.Id).Select(a => a.At).ToList();
        return at.Zip(at.Skip(1)).Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second)).DefaultIfEmpty().Max();
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
            Reading();
            Frames.Enqueue((from, text));
            Arrivals.Enqueue((from, Stopwatch.GetTimestamp()));
        }
    }

    public ValueTask DisposeAsync() => _transport.DisposeAsync();
}
