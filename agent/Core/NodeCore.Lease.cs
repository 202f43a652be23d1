using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>Leases, on both sides, and asking a majority for the epochs (R10).</summary>
public sealed partial class NodeCore
{
    private readonly Dictionary<long, (NodeId From, long AskId)> _freshRounds = [];
    private long _nextFreshRound = -1;
    private long _freshAsk;
    private Instant _freshAskedAt = Instant.Zero;
    private long _freshStops = -1;
    private long _freshIndex = -1;

    /// <summary>
    /// The epoch that this node needs a lease for: the open one that it leads, or the one its writable mysqld serves. An agent that was
    /// restarted may not have been told again yet that the log of the epoch that it led is committed.
    /// </summary>
    private long LeaseEpoch()
    {
        if (_state.Current is { Closed: false } current && current.Leader == _options.Self && _local.Released < current.Number)
        {
            return current.Number;
        }

        return ServedEpoch ?? 0;
    }

    /// <summary>The epoch in which this node's mysqld serves, or may; null: in none.</summary>
    private long? ServedEpoch => _mysqld.Duty == MysqldDuty.Leading ? _mysqld.DutyEpoch : ServesAheadOfLog ? _local.Led : null;

    /// <summary>The mysqld that an earlier life of this agent left may be writable in an epoch that the log does not tell of yet.</summary>
    private bool ServesAheadOfLog => MayBeWritable && _local.Led > (_state.Current?.Number ?? 0) && !_options.Faults.TrustsAnOldLog;

    /// <summary>
    /// What the guard is told. From before a promotion begins until a demotion has returned, mysqld may be writable; one that is taken
    /// over from an earlier life, and led, is taken for writable until it was looked at.
    /// </summary>
    private Instant FenceAt => MayBeWritable ? _lease.Until + _lease.GuardMargin : Instant.Never;

    private bool MayBeWritable => _mysqld.State == MysqldState.Running && _mysqld.Duty switch
    {
        MysqldDuty.Leading => true,
        MysqldDuty.Demoted => false,
        MysqldDuty.None when _mysqld.Status is null => _local.Led > _local.Released,
        _ => _mysqld.Status is { Writable: true },
    };

    private Instant NextLeaseDeadline()
    {
        if (_raft is null || LeaseEpoch() == 0)
        {
            return Instant.Never;
        }

        var ask = _lease.NextAsk(_now);
        return _mysqld.Duty == MysqldDuty.Leading && _lease.Until > _now ? Instant.Earlier(ask, _lease.Until) : ask;
    }

    private bool KeepLease()
    {
        var epoch = LeaseEpoch();
        if (_raft is null || epoch == 0)
        {
            _lease.Drop();
            return false;
        }

        if (_now < _lease.NextAsk(_now) && epoch == _lease.Epoch)
        {
            return false;
        }

        var ask = _lease.Ask(_now, epoch);
        foreach (var voter in _raft.Configuration.Voters)
        {
            // To all: only the controller answers, and who that is may just have changed.
            Send(voter, ask);
            if (_rest is { Granted: false } rest && rest.Epoch == epoch)
            {
                Send(voter, new RestAsk(epoch, rest.Milliseconds, _local.Life));
            }
        }

        return true;
    }

    /// <summary>Its leader said that it serves that epoch no more; or that it never began to, and never will.</summary>
    private bool IsFenced(EpochRecord epoch) => _reports.TryGetValue(epoch.Leader, out var known)
        && (known.Report.Released >= epoch.Number
            || (epoch.FirstSetUnknown && known.Report.Led < epoch.Number && known.Report.StandingPromise(epoch.Number) is not null));

    private void TakeLeaseAsk(NodeId from, LeaseAsk ask)
    {
        if (!IsController || _closing == ask.Epoch)
        {
            return;
        }

        var context = _desk.Ask(_now, _state, from, ask, IsFenced);
        if (context is not { } round)
        {
            return;
        }

        if (_options.Faults.GrantWithoutQuorum)
        {
            if (_desk.Confirmed(_now, _state, round) is { } granted)
            {
                Send(granted.To, granted.Answer);
            }
        }
        else
        {
            _ = _raft!.ReadIndex(_now, round);
        }
    }

    /// <summary>Whether the epochs known here were confirmed by a majority since mysqld last stopped.</summary>
    private bool IsFresh => _options.Faults.StartsUnasked || (_freshStops == _mysqld.Stops && _freshIndex >= 0 && _applied >= _freshIndex);

    private bool NeedsEpochs => _raft is not null && _freshStops != _mysqld.Stops && _mysqld.State is not MysqldState.Running;

    private Instant NextFreshDeadline() => NeedsEpochs ? _freshAskedAt + _options.Timing.Heartbeat : Instant.Never;

    private bool AskForEpochs()
    {
        if (!NeedsEpochs || _now < _freshAskedAt + _options.Timing.Heartbeat)
        {
            return false;
        }

        _freshAskedAt = _now;
        _freshAsk = (_local.Life * 1_000_000_000) + (_mysqld.Stops * 1_000_000) + (_freshAsk % 1_000_000) + 1;
        foreach (var voter in _raft!.Configuration.Voters)
        {
            Send(voter, new FreshAsk(_freshAsk));
        }

        return true;
    }

    private void TakeFreshAsk(NodeId from, FreshAsk ask)
    {
        if (!IsController)
        {
            return;
        }

        var context = _nextFreshRound--;
        _freshRounds[context] = (from, ask.AskId);
        if (_freshRounds.Count > 64)
        {
            _ = _freshRounds.Remove(_freshRounds.Keys.Max());
        }

        _ = _raft!.ReadIndex(_now, context);
    }

    private void TakeFreshAnswer(FreshAnswer answer)
    {
        // Of this life of the agent and this stop of mysqld: the id says so.
        if (answer.AskId / 1_000_000 == ((_local.Life * 1_000_000_000) + (_mysqld.Stops * 1_000_000)) / 1_000_000)
        {
            (_freshStops, _freshIndex) = (_mysqld.Stops, answer.Index);
        }
    }
}
