using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// Which mysqlds this node reaches, measured while its own receiver is off or somebody is parted from the leader's; and, on the controller,
/// for how long the leader has been cut off.
/// </summary>
public sealed partial class NodeCore
{
    private long _reachId; // of the measurement under way; 0: none
    private Instant _nextReach = Instant.Zero;
    private Instant? _receiverOffSince;
    private ImmutableSortedSet<NodeId>? _reached;
    private (long Epoch, Instant Since)? _cutOff;

    /// <summary>Not for the moment that every change of leader takes.</summary>
    private void MeasureReach()
    {
        var follows = _mysqld is { State: MysqldState.Running, Duty: not (MysqldDuty.Leading or MysqldDuty.Demoted), Status: not null };
        var off = follows && _mysqld.Status is { ReceiverRunning: false };
        _receiverOffSince = off ? _receiverOffSince ?? _now : null;
        var wanted = follows && _raft is not null && _state.Current is { } current && current.Leader != _options.Self
            && (_now - _receiverOffSince >= _options.Timing.Lease / 2
                || (SomebodyMeasured() && FreshReports().Values.Any(r => DataPlane.IsParted(r, current.Leader))));
        if (!wanted)
        {
            (_reached, _reachId) = (null, 0);
            return;
        }

        if (_reachId != 0 || _now < _nextReach)
        {
            return;
        }

        _nextReach = _now + (_options.Timing.Lease / 4);
        _reachId = _mysqld.NextId();
        var others = _raft!.Configuration.Voters.Remove(_options.Self)
            .Where(v => _state.Members.ContainsKey(v)).Select(v => _state.Members[v] with { Address = AddressOf(v)! });
        _out.Begin(new MeasureReach(_reachId, [.. others], _options.Timing.Lease / 2));
    }

    /// <summary>Whether this result is a measurement's. One that is not waited for any more says nothing.</summary>
    private bool ReachEnded(EffectDone done)
    {
        if (done.Result.Reached is null && done.Id != _reachId)
        {
            return false;
        }

        if (done.Id == _reachId)
        {
            _reachId = 0;
            var reached = done.Result.Reached;
            _reportDue |= reached is null != _reached is null || (reached is not null && !reached.SetEquals(_reached!));
            _reached = reached;
        }

        return true;
    }

    private void NoteCutOff()
    {
        var measured = SomebodyMeasured() && FreshReports().Values.Any(r => r.Reaches is not null);
        var epoch = measured && DataPlane.Better(Observe()) is not null ? _state.Current!.Number : 0;
        _cutOff = epoch == 0 ? null : _cutOff is { } known && known.Epoch == epoch ? known : (epoch, _now);
    }

    /// <summary>Lately or not. Asked at every step, and nearly always nobody did: then nobody is known to be parted from anybody.</summary>
    private bool SomebodyMeasured()
    {
        foreach (var (report, _) in _reports.Values)
        {
            if (report.Reaches is not null)
            {
                return true;
            }
        }

        return false;
    }

    private bool DataCutPatienceOver =>
        _cutOff is { } cut && cut.Epoch == _state.Current?.Number
        && _now - Instant.Later(cut.Since, _controllerSince) > _options.Timing.Lease * 2;
}
