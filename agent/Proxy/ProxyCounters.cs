namespace MySqlHa.Proxy;

/// <summary>What the proxy counts since its start. Written by its own threads, read by any.</summary>
public sealed class ProxyCounters
{
    private readonly long[] _counts = new long[Enum.GetValues<ProxyCount>().Length];

    public long this[ProxyCount count] => Interlocked.Read(ref _counts[(int)count]);

    internal void Add(ProxyCount count, long more = 1) => _ = Interlocked.Add(ref _counts[(int)count], more);
}

public enum ProxyCount
{
    /// <summary>Clients accepted on the port to the leader, on the port to followers.</summary>
    ReadWriteAccepted,
    ReadOnlyAccepted,

    /// <summary>Clients now, of each port: with a server or waiting for one.</summary>
    ReadWriteNow,
    ReadOnlyNow,

    /// <summary>Clients that had to wait for a server, and those that waited in vain.</summary>
    Waited,
    WaitedInVain,

    /// <summary>Turned away at once: as many connected, or waited, as may.</summary>
    TurnedAway,

    /// <summary>Connections closed because their epoch was, or because their server serves no more.</summary>
    ClosedByEpoch,
    ClosedByServing,

    /// <summary>Servers that did not take a connection.</summary>
    ConnectFailed,

    /// <summary>Bytes carried, both ways.</summary>
    Bytes,
}
