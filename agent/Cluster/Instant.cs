namespace MySqlHa.Cluster;

/// <summary>
/// A point on this machine's own clock that counts on through suspend (CLOCK_BOOTTIME), in microseconds.
/// It means nothing on another machine and has no way into wall time, so the two cannot be mixed up.
/// </summary>
public readonly record struct Instant(long Micros) : IComparable<Instant>
{
    public static readonly Instant Zero = new(0);

    /// <summary>Later than any instant a clock will show.</summary>
    public static readonly Instant Never = new(long.MaxValue);

    public int CompareTo(Instant other) => Micros.CompareTo(other.Micros);

    public static Instant operator +(Instant at, TimeSpan by) =>
        at == Never ? Never : new Instant(at.Micros + (by.Ticks / TimeSpan.TicksPerMicrosecond));

    public static Instant operator -(Instant at, TimeSpan by) => at + by.Negate();

    public static TimeSpan operator -(Instant later, Instant earlier) =>
        new((later.Micros - earlier.Micros) * TimeSpan.TicksPerMicrosecond);

    public static bool operator <(Instant left, Instant right) => left.Micros < right.Micros;

    public static bool operator >(Instant left, Instant right) => left.Micros > right.Micros;

    public static bool operator <=(Instant left, Instant right) => left.Micros <= right.Micros;

    public static bool operator >=(Instant left, Instant right) => left.Micros >= right.Micros;

    public static Instant Earlier(Instant a, Instant b) => a < b ? a : b;

    public static Instant Later(Instant a, Instant b) => a > b ? a : b;
}
