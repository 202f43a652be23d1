namespace MySqlHa.Api;

/// <summary>Where the API listens.</summary>
/// <param name="Host">An IP address of this machine, or 0.0.0.0 or ::.</param>
/// <param name="Port">0: any free one (for tests); <see cref="ApiServer.Port"/> tells which.</param>
public sealed record ApiOptions(string Host, int Port)
{
    /// <summary>Default: no token opens anything, and there is no TLS.</summary>
    public AccessOptions Access { get; init; } = new();

    /// <summary>
    /// A stream of events whose connection takes nothing for so long is closed. So long a stream stands at least before, where all places
    /// are taken, another takes its place. Above zero.
    /// </summary>
    public TimeSpan StreamPatience { get; init; } = TimeSpan.FromSeconds(30);
}
