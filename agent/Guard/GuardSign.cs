using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Guard;

/// <summary>The guard's sign of life.</summary>
/// <param name="At">Of the newest order that it has read.</param>
/// <param name="Held">The mysqld that it has in its hand; none: it could not take hold of one.</param>
internal sealed record GuardSign(Instant At, ProcessName Guard, ProcessName Held)
{
    public static GuardSign? Parse(string? line, string bootId) =>
        line?.Split(' ') is ["sign", var at, "guard", var pid, var start, "holds", var heldPid, var heldStart, "boot", var boot]
        && boot == bootId && GuardOrder.Number(at) is { } order
        && GuardOrder.Number(pid) is { } guard and <= int.MaxValue && GuardOrder.Number(start) is { } guardStart
        && GuardOrder.Number(heldPid) is { } held and <= int.MaxValue && GuardOrder.Number(heldStart) is { } started
            ? new GuardSign(new Instant(order), new ProcessName((int)guard, guardStart), new ProcessName((int)held, started))
            : null;

    public string Line(string bootId) => string.Create(
        CultureInfo.InvariantCulture,
        $"sign {At.Micros} guard {Guard.Pid} {Guard.StartTime} holds {Held.Pid} {Held.StartTime} boot {bootId}");

    /// <summary>The guard knows this order or a later one, and holds the mysqld that it is about.</summary>
    public bool Covers(GuardOrder order) => At >= order.At && Held == order.Mysqld;
}
