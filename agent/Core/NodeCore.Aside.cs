using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// The controller's side of what operators ask that another node has its say in: a change of the configuration, which the leader's
/// mysqld tries first, and the restart of a follower's mysqld.
/// </summary>
public sealed partial class NodeCore
{
    private static readonly TimeSpan TryPatience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AsidePatience = TimeSpan.FromSeconds(30);
    private readonly Dictionary<long, AsideCall> _aside = [];
    private long _asideNumber;
    private long _restarted;
    private long _restartedLeading;

    /// <summary>Taken and not answered yet.</summary>
    /// <param name="Proposed">What was proposed for it; null: not yet, or it needs nothing in the log.</param>
    private sealed record AsideCall(NodeId Origin, long CallId, OperatorRequest Request, AuditEntry? Entry, Caller? Caller, Instant Deadline)
    {
        public ChangeSettings? Proposed { get; init; }
        public string WhenDone { get; init; } = "";

        /// <summary>What is known against it before a server is asked about the rest.</summary>
        public ImmutableArray<Reason> Against { get; init; } = [];
    }

    private void TakeAside(NodeId from, OperatorAsk ask)
    {
        var (seen, entry) = (Observe(), EntryOf(from, ask));
        var epoch = _state.Current?.Number ?? 0;
        ImmutableArray<Reason> against = ask.Request.SeenEpoch != 0 && ask.Request.SeenEpoch != epoch
            ? [new Reason("other-epoch", $"asked under epoch {ask.Request.SeenEpoch}, but the current one is {epoch}")]
            : ask.Request switch
            {
                ConfigRequest config => SettingsPolicy.Refusals(seen, config),
                RestartRequest restart => SettingsPolicy.RestartRefusals(seen, restart.Node, restart.InterruptWrites),
                _ => [new Reason("unknown-verb", $"the controller takes no {ask.Request.GetType().Name}")],
            };
        var call = new AsideCall(from, ask.CallId, ask.Request, entry, ask.Caller, _now + TryPatience);
        // All that is wrong is told at once: what a server has to say of the rest is asked too.
        var askable = ask.Request is ConfigRequest change && !against.IsEmpty ? SettingsPolicy.Askable(change, against) : null;
        if (!against.IsEmpty && askable is null)
        {
            Refuse(call, against);
            return;
        }

        var token = (RaftTerm << 20) + ++_asideNumber;
        switch (ask.Request)
        {
            case ConfigRequest config:
                _aside[token] = call with { Against = against };
                var set = askable ?? SettingValues.Ordered(config.Set ?? SettingValues.Empty);
                Send(_state.Current!.Leader, new SettingsAsk(token, set, _state.Settings.Values.RemoveRange(config.Unset ?? []).SetItems(set)));
                break;
            case RestartRequest restart when !Keep(entry):
                Refuse(call with { Entry = null }, [new Reason("not-controller", $"the controller is just changing; {Name(restart.Node)} was not restarted")]);
                break;
            case RestartRequest restart:
                _aside[token] = call with { Deadline = _now + AsidePatience };
                _out.Event("restart", $"an operator asked for a restart of the mysqld of {Name(restart.Node)}", restart.Node, epoch);
                Send(restart.Node, new RestartBlow(epoch, token, restart.InterruptWrites));
                break;
        }
    }

    /// <summary>The leader's server has said whether it takes the values.</summary>
    private void TakeSettingsTried(SettingsTried tried)
    {
        if (!IsController || !_aside.TryGetValue(tried.Token, out var call) || call is not { Request: ConfigRequest config, Proposed: null })
        {
            return;
        }

        _ = _aside.Remove(tried.Token);
        // Another change may have been applied meanwhile.
        var against = call.Against.AddRange(tried.Against) is { IsEmpty: false } known ? known : SettingsPolicy.Refusals(Observe(), config);
        if (!against.IsEmpty)
        {
            Refuse(call, against);
            return;
        }

        var (set, unset) = (SettingValues.Ordered(config.Set ?? SettingValues.Empty), (ImmutableArray<string>)[.. config.Unset ?? []]);
        var what = $"version {_state.Settings.Version + 1} of the configuration: {Described(set, unset)}"
            + (tried.AtStartOnly.IsEmpty ? "" : $"; {string.Join(", ", tried.AtStartOnly)}: mysqld takes that at its next start ('mysqlha restart --rolling')");
        if (config.DryRun)
        {
            Answer(call, new OperatorAnswer(OperatorOutcome.Done, new Reason("can-be-set", $"nothing is in the way of {what}. Nothing was changed")));
            return;
        }

        var command = new ChangeSettings(_state.Settings.Version, set, unset, _wall, call.Caller?.Name ?? "");
        if (!Keep(call.Entry) || !Propose(command))
        {
            // Nothing of it is in the log but, at most, that it was asked.
            Answer(call, OperatorDesk.Refused("not-controller", "the controller is just changing; try again"));
            return;
        }

        _aside[tried.Token] = call with { Proposed = command, WhenDone = what, Deadline = _now + AsidePatience };
    }

    /// <summary>Once: a blow that comes late finds another epoch, or a mysqld that does not follow; or one that leads, where that is meant.</summary>
    private void TakeRestartBlow(NodeId from, RestartBlow blow)
    {
        if (_raft?.Leader != from || _state.Current is not { Closed: false } open || open.Number != blow.Epoch
            || open.Leader == _options.Self != blow.Leading || _state.Switchover is not null || _mysqld.State != MysqldState.Running
            || _mysqld.Duty != (blow.Leading ? MysqldDuty.Leading : MysqldDuty.Following) || _mysqld.DutyEpoch != blow.Epoch || blow.Token <= _restarted)
        {
            return;
        }

        (_restarted, _restartedLeading) = (blow.Token, blow.Leading ? blow.Epoch : _restartedLeading);
        if (_local.Settings.TriedAgain() is var again && again != _local.Settings)
        {
            KeepLocal(_local with { Settings = again });
        }

        _mysqld.Restarting();
        _ = Kill(new Reason("restart", "an operator asked for its restart"));
    }

    private ImmutableSortedSet<NodeId> Restarting() =>
        _aside.Count == 0 ? [] : [.. _aside.Values.Select(c => c.Request).OfType<RestartRequest>().Select(r => r.Node)];

    private void SettleAside()
    {
        if (_aside.Count == 0)
        {
            return;
        }

        foreach (var (token, call) in _aside.ToList())
        {
            var now = _state.Settings;
            var answer = call switch
            {
                { Proposed: { } proposed } when now.Version > proposed.Version =>
                    now.Version == proposed.Version + 1 && now.At == proposed.At && now.By == proposed.By
                        ? new OperatorAnswer(OperatorOutcome.Done, new Reason("configuration", call.WhenDone))
                        : OperatorDesk.Refused("other-version", $"the configuration is at version {now.Version} by another change at the same moment; look and ask again"),
                { Request: RestartRequest restart } when SettingsPolicy.IsBack(FreshReports().GetValueOrDefault(restart.Node), _state.Current, token) =>
                    new OperatorAnswer(OperatorOutcome.Done, new Reason(
                        "restarted", $"the mysqld of {Name(restart.Node)} was restarted and {(restart.InterruptWrites ? "leads again" : "follows")}{But(FreshReports()[restart.Node])}")),
                { Request: ConfigRequest, Proposed: null } when _now >= call.Deadline =>
                    OperatorDesk.Refused("not-tried", "the leader did not say in time whether its mysqld takes it; nothing was changed"),
                _ when _now >= call.Deadline =>
                    new OperatorAnswer(OperatorOutcome.Unknown, new Reason("timed-out", "still under way after 30 s; look at the census")),
                _ => null,
            };
            if (answer is not null)
            {
                _ = _aside.Remove(token);
                Answer(call, answer);
            }
        }
    }

    private static string But(MemberReport report) => report.Settings?.Problems is [var first, ..] ? $"; but {first.Text}" : "";

    private void Refuse(AsideCall call, ImmutableArray<Reason> reasons) =>
        Answer(call, OperatorDesk.Refused(reasons[0].Code, string.Join("; ", reasons.Select(r => r.Text))));

    /// <summary>And into the audit: with the request where that is not there yet.</summary>
    private void Answer(AsideCall call, OperatorAnswer answer)
    {
        Send(call.Origin, new OperatorAnswered(call.CallId, answer));
        if (call.Entry is not { } entry)
        {
            return;
        }

        if (_state.Audit.Any(e => e.Via == entry.Via && e.Call == entry.Call && e.At == entry.At))
        {
            _ = Propose(new NoteAnswer(entry.Via, entry.Call, entry.At, AuditEntry.Short(answer)));
        }
        else
        {
            _ = Keep(entry.With(answer));
        }
    }
}
