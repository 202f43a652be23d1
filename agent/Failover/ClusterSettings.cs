using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// What every mysqld of the cluster is set to: part of the replicated state. Which names and values may be in it is judged before it is
/// proposed (a server tries them); here only their number and length are bounded, because they are in every snapshot.
/// </summary>
public sealed record ClusterSettings
{
    /// <summary>Settings at once.</summary>
    public const int MostKeys = 100;

    /// <summary>Characters of a name.</summary>
    public const int LongestKey = 64;

    /// <summary>Characters of a value.</summary>
    public const int LongestValue = 500;

    public static readonly ClusterSettings None = new();

    /// <summary>Grows by one with each change; 0: nothing was ever set.</summary>
    public long Version { get; init; }

    public ImmutableSortedDictionary<string, string> Values
    {
        get => field ?? SettingValues.Empty;
        init => field = value is null ? null : SettingValues.Ordered(value);
    }

    /// <summary>Of the last change, Unix milliseconds by the controller's wall clock; for people only.</summary>
    public long At { get; init; }

    /// <summary>Whose token the last change was asked with; for people only.</summary>
    public string By { get => field ?? ""; init; }

    /// <summary>Null: the change was meant for another version, changes nothing, or is beyond the bounds.</summary>
    public ClusterSettings? With(ChangeSettings change)
    {
        if (change.Version != Version || change.Set.Any(s => s.Key.Length is 0 or > LongestKey || s.Value.Length > LongestValue))
        {
            return null;
        }

        var values = Values.RemoveRange(change.Unset).SetItems(change.Set);
        return values.Count > MostKeys || SettingValues.Same(values, Values)
            ? null
            : new ClusterSettings { Version = Version + 1, Values = values, At = change.At, By = change.By };
    }
}

/// <summary>The next version of the cluster's settings.</summary>
/// <param name="Version">The one that it follows on: under another it changes nothing.</param>
/// <param name="By">Whose token it was asked with; empty: nobody's.</param>
public sealed record ChangeSettings(
    long Version, ImmutableSortedDictionary<string, string> Set, ImmutableArray<string> Unset, long At, string By) : ClusterCommand;

/// <summary>Settings by name, in the same order on every machine.</summary>
public static class SettingValues
{
    public static readonly ImmutableSortedDictionary<string, string> Empty =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public static ImmutableSortedDictionary<string, string> Ordered(ImmutableSortedDictionary<string, string> values) =>
        values.WithComparers(StringComparer.Ordinal);

    public static bool Same(ImmutableSortedDictionary<string, string> one, ImmutableSortedDictionary<string, string> other) =>
        ReferenceEquals(one, other) || (one.Count == other.Count && one.All(o => other.GetValueOrDefault(o.Key) == o.Value));
}
