using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Replication;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>The cluster's settings on this node's mysqld: at its start, while it runs, and tried before they are anybody's.</summary>
internal sealed partial class EffectRunner
{
    private static readonly TimeSpan SettingsPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CheckPatience = TimeSpan.FromSeconds(10);

    /// <summary>With which mysqld was started last; a clone starts it again with the same. Null: by an earlier agent.</summary>
    private SettingsTaken? _settings;

    /// <summary>
    /// This node's own settings count before the cluster's. What is not for all was refused before it was the cluster's; should it be there
    /// (an older or newer agent's list is another), it keeps no mysqld down.
    /// </summary>
    private MysqldOptions WithCluster()
    {
        var taken = (_settings ?? local().Settings.Begun).Values.Where(s => IsForAll(s.Key));
        return MysqldOptions with { Settings = options.Settings.AddRange(taken.Where(s => !options.Settings.ContainsKey(s.Key))) };
    }

    private static bool IsForAll(string name) => Configuration.MysqldSettings.IsForAll(name) && MysqldSettings.MayBeSet(name);

    private async Task<EffectResult> ApplyAsync(LocalServer server, ApplySettings apply, CancellationToken life)
    {
        var values = apply.Set.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))
            .Concat(apply.Unset.Select(u => KeyValuePair.Create(u, MysqldSettings.DefaultOf(u))))
            .Select(v => (v.Key, v.Value, Against: !IsForAll(v.Key) ? NotTaken(v.Key, "for the agents alone to set")
                : v.Value is null ? null : TooFar(v.Key, v.Value))).ToLookup(v => v.Against is null);
        var outcome = await server.ApplySettingsAsync(values[true].ToDictionary(v => v.Key, v => v.Value), Within(SettingsPatience, life));
        return ResultOf(outcome, values[false].Select(v => v.Against!));
    }

    private async Task<EffectResult> CheckAsync(LocalServer server, CheckSettings check, CancellationToken life)
    {
        if (check.Set.Keys.Where(k => !IsForAll(k)).ToList() is { Count: > 0 } foreign)
        {
            return new EffectResult
            {
                NotTaken =
                [
                    .. foreign.Select(k => NotTaken(k, Configuration.MysqldSettings.IsOwned(k)
                        ? "for the agents alone to set, the cluster's safety rests on their own value"
                        : "not for all nodes, it describes one machine or could shut the agents out")),
                ],
            };
        }

        if (check.Set.Select(s => TooFar(s.Key, s.Value)).OfType<Reason>().ToList() is { Count: > 0 } far)
        {
            return new EffectResult { NotTaken = [.. far] };
        }

        var asked = await server.CheckSettingsAsync(check.Set, Within(CheckPatience, life));
        var result = ResultOf(asked, []);
        if (!result.Ok || !result.NotTaken.IsEmpty)
        {
            return result;
        }

        // What a running server does not judge, because it cannot be set while it runs or not beside another, the program does.
        var wrong = await SettingsCheck.RunAsync(MysqldOptions, check.All, Within(CheckPatience, life));
        return result with { NotTaken = [.. wrong.Select(w => new Reason("bad-value", w))] };
    }

    /// <summary>What a server takes and the agents or the machine would not survive; null: it is not such.</summary>
    private static Reason? TooFar(string name, string value) =>
        Configuration.MysqldSettings.Beyond(name, value, GC.GetGCMemoryInfo().TotalAvailableMemoryBytes) is { } why ? NotTaken(name, why) : null;

    private static EffectResult ResultOf(Outcome<SettingsOutcome> outcome, IEnumerable<Reason> besides) => outcome is Outcome<SettingsOutcome>.Done { Value: var done }
        ? new EffectResult { AtStartOnly = done.AtStartOnly, NotTaken = [.. done.NotTaken.Select(n => NotTaken(n.Key, n.Value)), .. besides] }
        : ResultOf(outcome);

    private static Reason NotTaken(string name, string why) => new("bad-value", $"{name}: {why}");
}
