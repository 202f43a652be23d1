namespace MySqlHa.Cluster;

/// <summary>The address for clients that the asked node offers, and what it has counted since its start.</summary>
/// <param name="Host">An IP address of the node; a wildcard: all of them.</param>
/// <param name="ReadWrite">The port to the leader.</param>
/// <param name="ReadOnly">The port to followers.</param>
/// <param name="MaxConnections">Clients of both ports together that it takes.</param>
public sealed record ProxyView(string Host, ProxyPortView ReadWrite, ProxyPortView ReadOnly, int MaxConnections)
{
    /// <summary>Clients that had to wait for a server; of these, those that were told in the end that there is none.</summary>
    public long Waited { get; init; }
    public long WaitedInVain { get; init; }

    /// <summary>Clients that were refused at once, as too many were connected or waited.</summary>
    public long TurnedAway { get; init; }

    /// <summary>Connections closed because the leader's epoch was over; because a reader's server served no more.</summary>
    public long ClosedByEpoch { get; init; }
    public long ClosedByServing { get; init; }

    /// <summary>Servers that did not take a connection.</summary>
    public long ConnectFailed { get; init; }

    /// <summary>Carried, both ways.</summary>
    public long Bytes { get; init; }
}

/// <param name="Clients">Connected now.</param>
/// <param name="Accepted">Since the start.</param>
public sealed record ProxyPortView(int Port, long Clients, long Accepted);
