namespace MySqlHa.Ring;

/// <summary>The times of a link; all far below a lease's patience except where a healthy slow network needs more.</summary>
internal static class LinkLimits
{
    /// <summary>
    /// For the kernel's connect. Short, so that a healed link is found at once: a lost SYN is sent again only after 1 s, then 3 s.
    /// </summary>
    internal static readonly TimeSpan Connect = TimeSpan.FromSeconds(1);

    /// <summary>From the connection to the proven peer, either side.</summary>
    internal static readonly TimeSpan Handshake = TimeSpan.FromSeconds(3);

    /// <summary>A write of at most 64 KiB that takes longer ends the connection.</summary>
    internal static readonly TimeSpan Stall = TimeSpan.FromSeconds(2);

    /// <summary>A frame that waited longer for its connection is not sent.</summary>
    internal static readonly TimeSpan MaxAge = TimeSpan.FromSeconds(2);

    /// <summary>For a peer to read to its end what was sent, before the connection to it is made anew with another key.</summary>
    internal static readonly TimeSpan Drain = TimeSpan.FromSeconds(1);

    internal static readonly TimeSpan BackoffMin = TimeSpan.FromMilliseconds(50);

    internal static readonly TimeSpan BackoffMax = TimeSpan.FromSeconds(1);

    /// <summary>
    /// Doubles from 50 ms to 1 s; half of it is chance, so that peers which lost each other together do not come back together.
    /// </summary>
    internal static TimeSpan Backoff(int failures)
    {
        if (failures == 0)
        {
            return TimeSpan.Zero;
        }

        var doubled = BackoffMin * (1 << Math.Min(failures - 1, 10));
        return (doubled < BackoffMax ? doubled : BackoffMax) * (0.5 + (Random.Shared.NextDouble() / 2));
    }
}
