using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>This node's mysqld follows the cluster's settings: what can be set while it runs at once, the rest when it is started next.</summary>
public sealed partial class NodeCore
{
    private readonly SettingsTracker _settings = new();
    private readonly Dictionary<long, (long Token, NodeId From)> _trying = []; // by effect
    private (ClusterSettings Of, SettingsTaken Taken) _wanted = (ClusterSettings.None, SettingsTaken.None);

    /// <summary>The cluster's settings without those that this node's own configuration sets.</summary>
    private SettingsTaken WantedSettings()
    {
        if (!ReferenceEquals(_wanted.Of, _state.Settings))
        {
            var values = _state.Settings.Values;
            _wanted = (_state.Settings, new SettingsTaken(_state.Settings.Version, values.RemoveRange(_options.OwnSettings)));
        }

        return _wanted.Taken;
    }

    /// <summary>Kept before mysqld is started with it.</summary>
    private SettingsTaken SettingsToStart()
    {
        var next = _options.Faults.SetsOnceOnly ? _local.Settings : _local.Settings.Starting(WantedSettings());
        if (next != _local.Settings)
        {
            KeepLocal(_local with { Settings = next });
        }

        return next.Begun;
    }

    private void NoteStart(EffectResult result)
    {
        var before = _local.Settings;
        var after = result.Ok ? before.CameUp()
            : result is { EndedInStart: true, Failure: { } why } && !_options.Faults.StartsAsAsked ? before.Fell(why.Text)
            : before;
        if (after == before)
        {
            return;
        }

        KeepLocal(_local with { Settings = after });
        if (after.Refused != before.Refused)
        {
            _out.Event(
                "configuration-refused",
                $"mysqld does not start with version {after.Refused} of the configuration and is started with version {after.Good.Version} again: "
                    + after.RefusedBecause);
            _reportDue = true;
        }
    }

    /// <summary>Beside all else, but not while the leader changes: nothing that others wait for waits for it.</summary>
    private void FollowSettings()
    {
        var (wanted, local) = (WantedSettings(), _local.Settings);
        _settings.InLife(_mysqld.Stops);
        if (_mysqld is not { State: MysqldState.Running, Status: not null, Duty: MysqldDuty.Following or MysqldDuty.Leading, Busy: false }
            || _state is not { Switchover: null, Current: { Closed: false, Established: true } }
            || (wanted.Version > 0 && wanted.Version == local.Refused)
            || !_settings.IsDue(wanted, _now))
        {
            return;
        }

        var changed = Changed(wanted, local.Begun).Union(local.Touched);
        if (_options.Faults.UnsetsNothing)
        {
            changed = changed.Intersect(wanted.Values.Keys);
        }

        if (changed.IsEmpty || (_options.Faults.SetsOnceOnly && _settings.Version is null))
        {
            _settings.Done(wanted);
            _reportDue |= wanted.Version > 0;
            return;
        }

        if (!local.Touched.SetEquals(changed))
        {
            KeepLocal(_local with { Settings = local with { Touched = changed } });
        }

        var effect = new ApplySettings(
            _mysqld.NextId(),
            SettingValues.Empty.SetItems(wanted.Values.Where(v => changed.Contains(v.Key))),
            [.. changed.Where(k => !wanted.Values.ContainsKey(k) && !_options.OwnSettings.Contains(k))]);
        _settings.Began(effect.Id, wanted);
        _out.Begin(effect);
    }

    private static ImmutableSortedSet<string> Changed(SettingsTaken one, SettingsTaken other) =>
        one.SameValues(other) ? [] : one.Values.Keys.Union(other.Values.Keys)
            .Where(k => one.Values.GetValueOrDefault(k) != other.Values.GetValueOrDefault(k)).ToImmutableSortedSet(StringComparer.Ordinal);

    private bool SettingsEnded(EffectDone done)
    {
        if (_trying.Remove(done.Id, out var asked))
        {
            ImmutableArray<Reason> against = done.Result.Failure is { } why ? [new Reason("not-tried", $"the leader could not try it: {why.Text}")] : done.Result.NotTaken;
            Send(asked.From, new SettingsTried(asked.Token, against, done.Result.AtStartOnly));
            return true;
        }

        var (pending, problems) = (_settings.PendingRestart, _settings.Problems);
        if (!_settings.Ended(done.Id, done.Result, _local.Settings.Begun, _now + (_options.Timing.Lease * 10)))
        {
            return false;
        }

        _reportDue = true;
        if (!_settings.PendingRestart.IsEmpty && !_settings.PendingRestart.SequenceEqual(pending))
        {
            _out.Event("restart-pending", $"mysqld has to be restarted to take {string.Join(", ", _settings.PendingRestart)}");
        }

        foreach (var problem in _settings.Problems.Except(problems))
        {
            _out.Event("effect-failed", $"{nameof(ApplySettings)}: {problem.Text}");
        }

        return true;
    }

    private void TakeSettingsAsk(NodeId from, SettingsAsk ask)
    {
        if (_raft?.Leader != from || _mysqld is not { State: MysqldState.Running, Status: not null } || _trying.Count >= 2)
        {
            Send(from, new SettingsTried(ask.Token, [new Reason("not-tried", "the leader's mysqld does not run, or is being asked too much")], []));
            return;
        }

        var effect = new CheckSettings(_mysqld.NextId(), SettingValues.Ordered(ask.Set), SettingValues.Ordered(ask.All));
        _trying[effect.Id] = (ask.Token, from);
        _out.Begin(effect);
    }

    private Instant NextSettingsDeadline() => Instant.Earlier(
        _mysqld.State == MysqldState.Running && _settings.RetryAt > _now ? _settings.RetryAt : Instant.Never,
        IsController && _aside.Count > 0 ? _aside.Values.Select(c => c.Deadline).Aggregate(Instant.Never, Instant.Earlier) : Instant.Never);

    private bool IsRefusedHere => _local.Settings.Refused > 0 && _local.Settings.Refused == _state.Settings.Version;

    private ImmutableArray<string> PendingHere() => _mysqld.State != MysqldState.Running ? []
        : IsRefusedHere ? [.. Changed(WantedSettings(), _local.Settings.Begun)]
        : _settings.PendingRestart;

    private IEnumerable<Reason> SettingsProblems()
    {
        if (IsRefusedHere)
        {
            yield return new Reason(
                "configuration-refused",
                $"mysqld does not start with version {_local.Settings.Refused} of the configuration, it has version {_local.Settings.Begun.Version}: "
                    + _local.Settings.RefusedBecause);
        }

        foreach (var problem in _settings.Problems)
        {
            yield return problem;
        }

        if (PendingHere() is { IsEmpty: false } pending)
        {
            yield return new Reason("restart-pending", $"a restart of mysqld is pending for {string.Join(", ", pending)}");
        }
    }

    private SettingsReport? SettingsToReport() => _state.Settings.Version == 0 ? null
        : new SettingsReport(_mysqld.State == MysqldState.Running && !IsRefusedHere ? _settings.Version ?? _local.Settings.Begun.Version : _local.Settings.Begun.Version)
        {
            PendingRestart = PendingHere(),
            Own = [.. _state.Settings.Values.Keys.Where(_options.OwnSettings.Contains)],
            Problems = [.. SettingsProblems().Where(p => p.Code != "restart-pending")],
        };

    private ConfigurationView ConfigurationNow(ImmutableArray<MemberView> members)
    {
        var known = _state.Settings;
        return new ConfigurationView
        {
            Version = known.Version,
            ChangedAt = known.Version == 0 ? null : Time(known.At),
            ChangedBy = known.By,
            Settings = known.Values,
            Members = [.. members.Where(m => _state.Members.ContainsKey(m.Id)).Select(m =>
            {
                var report = m.Mysqld == MysqldState.Unknown ? null : _reports.GetValueOrDefault(m.Id).Report;
                return new MemberConfigurationView
                {
                    Number = m.Number,
                    Id = m.Id,
                    Name = m.Name,
                    Version = report is null || report.Understands < MemberReport.Configurations ? null : report.Settings?.Version ?? 0,
                    PendingRestart = report?.Settings?.PendingRestart ?? [],
                    Own = report?.Settings?.Own ?? [],
                    Problems = report?.Settings?.Problems ?? [],
                };
            })],
        };
    }

    private static string Described(IEnumerable<KeyValuePair<string, string>> set, IEnumerable<string> unset)
    {
        var all = set.Select(s => $"{s.Key}={s.Value}").Concat(unset.Select(u => $"{u} unset")).ToList();
        var text = string.Join(", ", all.Take(8));
        return all.Count > 8 ? $"{text} and {all.Count - 8} more" : text;
    }
}
