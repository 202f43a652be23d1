using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>The settings of mysqld that the whole cluster has, and how far each member follows them.</summary>
public sealed record ConfigurationView
{
    /// <summary>Grows by one with each change; 0: nothing was ever set.</summary>
    public long Version { get; init; }

    /// <summary>Of the last change, by the wall clock of the controller of then; null: there was none.</summary>
    public DateTimeOffset? ChangedAt { get; init; }

    /// <summary>Whose token it was asked with; empty: nobody's.</summary>
    public string ChangedBy { get => field ?? ""; init; }

    public ImmutableSortedDictionary<string, string> Settings
    {
        get => field ?? ImmutableSortedDictionary<string, string>.Empty;
        init;
    }

    /// <summary>In the order of the members.</summary>
    public ImmutableArray<MemberConfigurationView> Members { get => field.IsDefault ? [] : field; init; }

    public MemberConfigurationView? Member(NodeId id) => Members.FirstOrDefault(m => m.Id == id);
}

/// <summary>How far one member follows the cluster's settings.</summary>
public sealed record MemberConfigurationView
{
    public required int Number { get; init; }
    public required NodeId Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The version that its mysqld has, but for what waits; null: the member is not heard, or its agent is older.</summary>
    public long? Version { get; init; }

    /// <summary>Settings that mysqld takes at its start only, and that differ from those it was started with.</summary>
    public ImmutableArray<string> PendingRestart { get => field.IsDefault ? [] : field; init; }

    /// <summary>Settings of the cluster that this member does not take: its own configuration file sets them.</summary>
    public ImmutableArray<string> Own { get => field.IsDefault ? [] : field; init; }

    /// <summary>Which settings it could not take, and why.</summary>
    public ImmutableArray<Reason> Problems { get => field.IsDefault ? [] : field; init; }
}
