using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Guard;

/// <summary>What the agent tells the guard, anew at each heartbeat and at each change.</summary>
/// <param name="At">When it was written: orders have no other number.</param>
/// <param name="Mysqld">The node's mysqld; none: none runs.</param>
/// <param name="FenceAt">When it is to be killed; <see cref="Instant.Never"/>: it is not writable.</param>
internal sealed record GuardOrder(Instant At, ProcessName Mysqld, Instant FenceAt)
{
    /// <summary>The order of a line; null: it is none, or one of another boot, whose clock and processes are gone.</summary>
    public static GuardOrder? Parse(string? line, string bootId) =>
        line?.Split(' ') is ["order", var at, "mysqld", var pid, var start, "fence", var fence, "boot", var boot]
        && boot == bootId && Number(at) is { } written && Number(pid) is { } process and <= int.MaxValue
        && Number(start) is { } started && Number(fence) is { } until
            ? new GuardOrder(new Instant(written), new ProcessName((int)process, started), new Instant(until))
            : null;

    public string Line(string bootId) => string.Create(
        CultureInfo.InvariantCulture, $"order {At.Micros} mysqld {Mysqld.Pid} {Mysqld.StartTime} fence {FenceAt.Micros} boot {bootId}");

    public bool IsDue(Instant now) => FenceAt != Instant.Never && now >= FenceAt;

    internal static long? Number(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
