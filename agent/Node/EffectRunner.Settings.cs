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
        // All that is wrong at once, each by who can judge it.
        var (good, against) = (new Dictionary<string, string>(StringComparer.Ordinal), ImmutableArray.CreateBuilder<Reason>());
        foreach (var (name, value) in check.Set)
        {
            if (!IsForAll(name))
            {
                against.Add(NotTaken(name, Configuration.MysqldSettings.IsOwned(name)
                    ? "for the agents alone to set, the cluster's safety rests on their own value"
                    : "not for all nodes, it describes one machine or could shut the agents out"));
            }
            else if (TooFar(name, value) is { } far)
            {
                against.Add(far);
            }
            else
            {
                good[name] = value;
            }
        }

        var asked = good.Count == 0 && against.Count > 0
            ? new EffectResult()
            : ResultOf(await server.CheckSettingsAsync(good, Within(CheckPatience, life)), []);
        var result = asked with { NotTaken = [.. against, .. asked.NotTaken.Select(r => WithValue(r, good))] };
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

    /// <summary>Not every message of a server names the value.</summary>
    private static Reason WithValue(Reason reason, Dictionary<string, string> asked) =>
        asked.FirstOrDefault(a => reason.Text.StartsWith($"{a.Key}: ", StringComparison.Ordinal)) is { Key: not null, Value: var value }
        && !reason.Text.Contains($"'{value}'", StringComparison.Ordinal)
            ? reason with { Text = $"{reason.Text}; given: '{value}'" }
            : reason;

    private static Reason NotTaken(string name, string why) => new("bad-value", $"{name}: {why}");
}
