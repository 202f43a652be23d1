using System.Collections.Immutable;

namespace MySqlHa.Ring;

/// <summary>What went over the ring since the process started. Numbers only grow; readable at any time from any thread.</summary>
public sealed class RingCounters
{
    private static readonly ImmutableArray<RingRefusal> Reasons = [.. Enum.GetValues<RingRefusal>()];

    private readonly long[] _refused = new long[Reasons.Length];
    private long _datagramsSent;
    private long _datagramsReceived;
    private long _datagramsDropped;
    private long _framesSent;
    private long _framesReceived;
    private long _framesDropped;
    private long _connects;
    private long _accepts;

    public long DatagramsSent => Interlocked.Read(ref _datagramsSent);

    /// <summary>Datagrams given to the receiver.</summary>
    public long DatagramsReceived => Interlocked.Read(ref _datagramsReceived);

    /// <summary>Datagrams that the kernel would not take: no route, no room, an address of the other family.</summary>
    public long DatagramsDropped => Interlocked.Read(ref _datagramsDropped);

    /// <summary>Datagrams that arrived and were refused, whatever the reason.</summary>
    public long DatagramsRefused => Reasons.Where(IsOfDatagram).Sum(Refused);

    /// <summary>Frames handed to the kernel.</summary>
    public long FramesSent => Interlocked.Read(ref _framesSent);

    /// <summary>Frames given to the receiver.</summary>
    public long FramesReceived => Interlocked.Read(ref _framesReceived);

    /// <summary>Frames never sent: queue full, too old, or no connection.</summary>
    public long FramesDropped => Interlocked.Read(ref _framesDropped);

    /// <summary>Outgoing connections that a peer accepted.</summary>
    public long Connects => Interlocked.Read(ref _connects);

    /// <summary>Incoming connections that were accepted.</summary>
    public long Accepts => Interlocked.Read(ref _accepts);

    /// <summary>Connections refused, in the handshake or after it, whatever the reason.</summary>
    public long ConnectionsRefused => Reasons.Where(r => !IsOfDatagram(r)).Sum(Refused);

    public long Refused(RingRefusal reason) => Interlocked.Read(ref _refused[(int)reason]);

    internal void DatagramSent() => Interlocked.Increment(ref _datagramsSent);

    internal void DatagramReceived() => Interlocked.Increment(ref _datagramsReceived);

    internal void DatagramDropped() => Interlocked.Increment(ref _datagramsDropped);

    internal void FrameSent(int count) => Interlocked.Add(ref _framesSent, count);

    internal void FrameReceived() => Interlocked.Increment(ref _framesReceived);

    internal void FrameDropped(int count) => Interlocked.Add(ref _framesDropped, count);

    internal void Connected() => Interlocked.Increment(ref _connects);

    internal void Accepted() => Interlocked.Increment(ref _accepts);

    internal void Refuse(RingRefusal reason) => Interlocked.Increment(ref _refused[(int)reason]);

    private static bool IsOfDatagram(RingRefusal reason) => reason <= RingRefusal.DatagramOwnId;
}
