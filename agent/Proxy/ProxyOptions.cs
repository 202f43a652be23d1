using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>Where the proxy listens and what it may spend.</summary>
/// <param name="Host">An IP address of this node, or a wildcard.</param>
/// <param name="ReadWritePort">To the leader; 6446 unless configured; 0: one that is free.</param>
/// <param name="ReadOnlyPort">To followers; 6447 unless configured; 0: one that is free.</param>
public sealed record ProxyOptions(string Host, int ReadWritePort = 6446, int ReadOnlyPort = 6447)
{
    /// <summary>The node that the proxy is on.</summary>
    public NodeId Self { get; init; }

    /// <summary>
    /// Whether the lease of this node, as leader, runs by the clock, whatever its agent's loop is doing: asked by the proxy's own threads
    /// before each piece between a writer and this node's mysqld. A machine that stood still and goes on answers nobody through it.
    /// </summary>
    public Func<bool> LeaseRuns { get; init; } = () => true;

    /// <summary>Threads that carry bytes; each client stays with one. 1 to 64.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Clients at once, of both ports together. Each takes two file descriptors. 1 to 100,000.</summary>
    public int MostConnections { get; init; } = 10_000;

    /// <summary>Clients at once that wait for a server to go to; further ones are refused at once.</summary>
    public int MostWaiting { get; init; } = 2_000;

    /// <summary>How long a client waits for a server before it is told that there is none.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a server may take to accept a connection.</summary>
    public TimeSpan ConnectWithin { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// When its epoch closes, a client whose request is under way may wait so long for the answer; others are closed at once.
    /// </summary>
    public TimeSpan LastAnswer { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>
    /// Bytes that all connections together may hold back for peers which do not take them, before each may hold only a little
    /// (4 KiB); what is not read waits at its sender.
    /// </summary>
    public long MostHeld { get; init; } = 64 * 1024 * 1024;
}

/// <summary>The proxy cannot listen: one sentence that names the key, the address and why.</summary>
public sealed class ProxyListenException(string message, Exception? inner = null) : Exception(message, inner);
