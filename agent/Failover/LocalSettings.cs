using System.Collections.Immutable;

namespace MySqlHa.Failover;

/// <summary>Those of the cluster's settings that one node takes: all but what its own configuration file sets.</summary>
public sealed record SettingsTaken(long Version, ImmutableSortedDictionary<string, string> Values)
{
    public static readonly SettingsTaken None = new(0, SettingValues.Empty);

    public bool SameValues(SettingsTaken other) => SettingValues.Same(Values, other.Values);
}

/// <summary>
/// What one node must not forget of the cluster's settings: what its mysqld was started with, so that it knows what still waits for a
/// start, and what it last came up with, so that settings with which it does not start never keep it down.
/// </summary>
public sealed record LocalSettings
{
    /// <summary>Starts that end before mysqld answers, in a row, until its node goes back to what it last came up with.</summary>
    public const int Patience = 2;

    public static readonly LocalSettings None = new();

    /// <summary>What mysqld was started with, or is being.</summary>
    public SettingsTaken Begun { get => field ?? SettingsTaken.None; init; }

    /// <summary>What it last came up with.</summary>
    public SettingsTaken Good { get => field ?? SettingsTaken.None; init; }

    /// <summary>Names of what was set, or may have been, while it ran.</summary>
    public ImmutableSortedSet<string> Touched { get => field ?? []; init; }

    /// <summary>How many times in a row mysqld ended before it answered, with <see cref="Begun"/> not being <see cref="Good"/>.</summary>
    public int Failures { get; init; }

    /// <summary>The version that mysqld does not start with; 0: none. A later one is tried, and this one again once an operator asks.</summary>
    public long Refused { get; init; }

    /// <summary>What mysqld said of it.</summary>
    public string RefusedBecause { get => field ?? ""; init; }

    /// <summary>Before mysqld is started.</summary>
    public LocalSettings Starting(SettingsTaken wanted)
    {
        var next = wanted.Version == Refused && Refused > 0 ? Good : wanted;
        return next == Begun && Touched.IsEmpty ? this : this with
        {
            Begun = next,
            Touched = [],
            Failures = next.Version == Begun.Version ? Failures : 0,
        };
    }

    /// <summary>mysqld answered.</summary>
    public LocalSettings CameUp() => Begun == Good && Failures == 0 ? this : this with { Good = Begun, Failures = 0 };

    /// <summary>mysqld ended by itself before it answered.</summary>
    public LocalSettings Fell(string why) => Begun.Version == Good.Version ? this
        : Failures + 1 < Patience ? this with { Failures = Failures + 1 }
        : this with { Failures = 0, Refused = Begun.Version, RefusedBecause = why };

    /// <summary>An operator wants it tried again.</summary>
    public LocalSettings TriedAgain() => Refused == 0 && Failures == 0 ? this : this with { Refused = 0, RefusedBecause = "", Failures = 0 };
}

/// <summary>What a member tells the ring of the cluster's settings.</summary>
/// <param name="Version">The version that its mysqld has, but for what waits for a restart and what failed.</param>
public sealed record SettingsReport(long Version)
{
    /// <summary>Names that mysqld takes at its start only, and that differ from those it was started with.</summary>
    public ImmutableArray<string> PendingRestart { get => field.IsDefault ? [] : field; init; }

    /// <summary>Names that the cluster sets and the node's own configuration file too.</summary>
    public ImmutableArray<string> Own { get => field.IsDefault ? [] : field; init; }

    /// <summary>What it could not take, and why.</summary>
    public ImmutableArray<MySqlHa.Cluster.Reason> Problems { get => field.IsDefault ? [] : field; init; }
}
