using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>The controller drives a rolling restart; every node can tell how far it is.</summary>
public sealed partial class NodeCore
{
    private (long Term, long Revision, Instant Since) _rollingAt;
    private Instant _rollingToldAt = Instant.Zero;

    /// <summary>The next command of the rolling restart under way; whoever has to restart is told of it on the way.</summary>
    private ClusterCommand? Roll()
    {
        if (_state.Rolling is not { EndedAt: 0 } rolling)
        {
            return null;
        }

        if (_rollingAt.Term != _controlledTerm || _rollingAt.Revision != rolling.Revision)
        {
            (_rollingAt, _rollingToldAt) = ((_controlledTerm, rolling.Revision, _now), Instant.Zero);
        }

        var heard = _reports.TryGetValue(rolling.Driver, out var driver) && driver.At > _controllerSince;
        var token = (RaftTerm << 20) + _asideNumber + 1;
        var patienceOver = _now - _controllerSince > _options.Timing.Lease * 2;
        var act = RollingPolicy.Decide(Observe(), rolling, new RollingSight(_now - _rollingAt.Since, heard, patienceOver, token));
        // It is decided many times a second, and a term has a million of them.
        _asideNumber += act.Propose is SetRolling { Next.UnderWay.Token: var taken } && taken == token ? 1 : 0;
        if (act.Tell is { } step && _now - _rollingToldAt > _options.Timing.Heartbeat * 4 && _state.Current is { Closed: false } open)
        {
            _rollingToldAt = _now;
            Send(step.Node, new RestartBlow(open.Number, step.Token));
        }

        return act.Propose;
    }

    private void AnnounceRolling(RollingRestart next, string text)
    {
        switch (next)
        {
            case { End.Outcome: OperatorOutcome.Done }:
                _out.Agreed("rolling-ended", text);
                break;
            case { End: not null }:
                _out.Agreed("rolling-stopped", text);
                break;
            case { Stopping: not null }:
                _out.Agreed("rolling-step", text, next.UnderWay?.Node, CurrentEpoch);
                break;
            case { Steps: [.., var step] }:
                _out.Agreed("rolling-step", text, step.Node, CurrentEpoch);
                break;
            default:
                _out.Agreed("rolling-restart", text);
                break;
        }
    }

    private RollingView? RollingNow() => _state.Rolling is not { } rolling ? null : new RollingView
    {
        BegunAt = Time(rolling.At),
        By = rolling.By,
        All = rolling.All,
        UnderWay = rolling.EndedAt == 0,
        Driver = rolling.Driver,
        Stopping = rolling.EndedAt == 0 ? rolling.Stopping : null,
        Steps =
        [
            .. rolling.Steps.Select(s => new RollingStepView(
                s.Node, MemberName(s.Node), s.HandsOver, Time(s.BeganAt), s.EndedAt == 0 ? null : Time(s.EndedAt), s.Leader is { } next ? MemberName(next) : null)),
        ],
        EndedAt = rolling.EndedAt == 0 ? null : Time(rolling.EndedAt),
        End = rolling.End,
    };

    /// <summary>That it stopped is told for a day, or until another is asked for; then the history alone tells.</summary>
    private IEnumerable<Reason> RollingReasons()
    {
        if (_state.Rolling is { EndedAt: 0 } rolling)
        {
            yield return new Reason("rolling-restart", $"a rolling restart is under way: {RollingPolicy.Describe(_state, rolling)}");
        }
        else if (_state.Rolling is { End: { Outcome: not OperatorOutcome.Done, Reason: var why } } last
            && _wall - last.EndedAt < TimeSpan.FromDays(1).TotalMilliseconds)
        {
            var again = $"asked again, it {RollingView.AskedAgain(last.All)}";
            yield return new Reason("rolling-stopped", $"the rolling restart stopped: {why.Text}; {again}");
        }
    }

    private string MemberName(NodeId node) => _state.Members.GetValueOrDefault(node)?.Name ?? _state.Removed.GetValueOrDefault(node)?.Name ?? node.Short;
}
