using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>How far the running mysqld is at the cluster's settings. What must outlive the agent is in <see cref="LocalSettings"/>.</summary>
internal sealed class SettingsTracker
{
    private long _life = -1;
    private long? _tried;
    private SettingsTaken? _done;
    private (long Id, SettingsTaken Wanted)? _underWay;

    /// <summary>What mysqld takes at its start only, and was not started with.</summary>
    public ImmutableArray<string> PendingRestart { get; private set; } = [];

    public ImmutableArray<Reason> Problems { get; private set; } = [];

    /// <summary>Nothing is tried before; <see cref="Instant.Never"/>: nothing is to be tried again.</summary>
    public Instant RetryAt { get; private set; } = Instant.Never;

    /// <summary>The version that this life of mysqld has, but for what is pending or failed; null: none yet.</summary>
    public long? Version => _done?.Version;

    /// <summary>What was set in an earlier life of mysqld, and what waited there, is gone.</summary>
    /// <param name="life">Another number for each.</param>
    public void InLife(long life)
    {
        if (life != _life)
        {
            (_life, _tried, _done, _underWay) = (life, null, null, null);
            (PendingRestart, Problems, RetryAt) = ([], [], Instant.Never);
        }
    }

    public bool IsDue(SettingsTaken wanted, Instant now) => _underWay is null && (_tried != wanted.Version || now >= RetryAt);

    /// <summary>There was nothing to set.</summary>
    public void Done(SettingsTaken wanted)
    {
        (_done, _tried) = (wanted, wanted.Version);
        (PendingRestart, Problems, RetryAt) = ([], [], Instant.Never);
    }

    public void Began(long id, SettingsTaken wanted) => (_underWay, _tried) = ((id, wanted), wanted.Version);

    /// <summary>Whether this effect was under way here.</summary>
    public bool Ended(long id, EffectResult result, SettingsTaken begun, Instant retryAt)
    {
        if (_underWay is not { } ended || ended.Id != id)
        {
            return false;
        }

        _underWay = null;
        if (result.Failure is { } failure)
        {
            (Problems, RetryAt) = ([failure], retryAt);
            return true;
        }

        // What it takes at its start only waits for one where it was started with something else.
        _done = ended.Wanted;
        PendingRestart =
            [.. result.AtStartOnly.Where(k => ended.Wanted.Values.GetValueOrDefault(k) != begun.Values.GetValueOrDefault(k)).Order(StringComparer.Ordinal)];
        (Problems, RetryAt) = (result.NotTaken, result.NotTaken.IsEmpty ? Instant.Never : retryAt);
        return true;
    }
}
