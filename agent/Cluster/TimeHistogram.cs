using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>How often something took how long. The bounds never change: sums over nodes and releases stay true.</summary>
public sealed record TimeHistogram
{
    /// <summary>Upper bounds in milliseconds, each included; one more bucket holds all above.</summary>
    public static readonly ImmutableArray<int> Bounds = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000];

    public static readonly TimeHistogram Empty = new();

    /// <summary>One for each bound, and one above: how many lay in it and in no lower one.</summary>
    public ImmutableArray<long> Counts { get; private init; } = [.. new long[Bounds.Length + 1]];

    public long SumMilliseconds { get; private init; }

    public long Count => Counts.Sum();

    /// <summary>A negative time (the clock that counted back was wrong) counts as none.</summary>
    public TimeHistogram With(int milliseconds)
    {
        var time = Math.Max(0, milliseconds);
        var found = Bounds.BinarySearch(time);
        var bucket = found >= 0 ? found : ~found;
        return this with { Counts = Counts.SetItem(bucket, Counts[bucket] + 1), SumMilliseconds = SumMilliseconds + time };
    }
}
