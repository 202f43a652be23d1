using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What came of the effects on this node's mysqld, and what is known since: who follows, what was promised, held and acknowledged.</summary>
public sealed partial class NodeCore
{
    private ImmutableSortedDictionary<NodeId, ReportStamp> _markedAfter = ImmutableSortedDictionary<NodeId, ReportStamp>.Empty;
    private long _markerAcknowledged;
    private ReportStamp _attachedAt;
    private FinalWord? _final;
    private (long Epoch, GtidSet? Set) _began;
    private (long Epoch, NodeId Leader) _followed;
    private Receipts _promiseReceipts;

    private void TakeEffect(EffectDone done)
    {
        if (_mysqld.MarkerEnded(done.Id) is { } marker)
        {
            TakeMarker(done, marker.Epoch, marker.Witnesses);
            return;
        }

        if (ReachEnded(done) || SettingsEnded(done))
        {
            return;
        }

        if (_mysqld.EventsEnded(done.Id, done.Result, _now))
        {
            if (done.Result.Failure is { } why)
            {
                _out.Event("effect-failed", $"{nameof(EnableEvents)}: {why.Text}");
            }

            return;
        }

        var before = ToReport(_mysqld.Status);
        var ended = _mysqld.Ended(done.Id, done.Result, _now);
        NoteCatchingUp();
        _reportDue |= ended is not null || before != ToReport(_mysqld.Status);
        _reportDue |= _state.Current is { Closed: true } or { Established: false } || _state.Switchover is not null;
        AdoptDuty();
        if (ended is null)
        {
            return;
        }

        _activity = "";
        if (done.Result.Failure is { } failure)
        {
            _out.Event("effect-failed", $"{ended.GetType().Name}: {failure.Text}");
        }

        Settle(ended, done.Result);
    }

    /// <summary>What others are told of at once when it changes.</summary>
    private static (bool?, bool?, bool?, int?) ToReport(MysqldStatus? status) =>
        (status?.ReceiverRunning, status?.Writable, status?.OfflineMode, status?.AttachedAckers);

    private void Settle(Effect ended, EffectResult result)
    {
        switch (ended)
        {
            case StopReceiving stop when result.Ok:
                KeepPromise(stop.Epoch, result.Set);
                break;
            case FollowSource follow when result.Ok:
                if (_followed != (follow.Epoch, follow.Leader.Id))
                {
                    _followed = (follow.Epoch, follow.Leader.Id);
                    _out.Event("follows", $"this node follows {follow.Leader.Name} in epoch {follow.Epoch}", epoch: follow.Epoch);
                }

                _attachedAt = new ReportStamp(_local.Life, _sequence + 1);
                _mysqld.LookNow();
                break;
            case DemoteServer demote when result.Ok:
                _final = new FinalWord(demote.Epoch, result.Set);
                break;
            case PromoteServer promote when result.Ok:
                _began = (promote.Epoch, result.Set);
                _out.Event("promoted", $"this node's mysqld is writable in epoch {promote.Epoch}", epoch: promote.Epoch);
                break;
            case StartMysqld:
                NoteStart(result);
                break;
            case RewindBinlog:
                if (result.Archived is { } cut)
                {
                    var count = cut.Transactions.Count;
                    _out.Event("rewound", $"{count} unacknowledged transactions are archived in {cut.Path} and cut from the binary log");
                }

                KeepLocal(_local with
                {
                    Rewindable = 0,
                    Archived = result.Archived ?? _local.Archived,
                    Unchecked = result.Archived is null ? _local.Unchecked : LocalRecord.Rewound,
                });
                break;
            case ReseedServer:
                KeepLocal(_local with { Archived = result.Archived ?? _local.Archived, Unchecked = LocalRecord.Cloned });
                break;
            case StopReceiving or PromoteServer or DemoteServer when !result.Ok:
                // Whether it happened is unknown; a dead mysqld neither receives nor writes.
                _ = Kill(result.Failure!);
                break;
        }
    }

    private void KeepPromise(long epoch, GtidSet held)
    {
        // A promise that stood before the host was rebooted, and is held in full again, is as good as it was.
        var receipts = _promiseReceipts == Receipts.Doubtful && _local.Promise is { Receipts: Receipts.Whole } old && old.Epoch == epoch && held.Contains(old.Set)
            ? Receipts.Whole
            : _promiseReceipts;
        KeepLocal(_local with { Promise = new Promise(epoch, held, _options.BootId, receipts) });
        _out.Event("promised", $"promised to take nothing more from epochs up to {epoch}; holds {held.Count} transactions");
        _reportDue = true;
    }

    /// <summary>
    /// A marker proves something of its own epoch only: the same leader's next one counts on others, and the word of it may come late.
    /// </summary>
    private void TakeMarker(EffectDone done, long epoch, ImmutableSortedDictionary<NodeId, ReportStamp> witnesses)
    {
        if (!done.Result.Ok || _mysqld.Duty != MysqldDuty.Leading || (_mysqld.DutyEpoch != epoch && !_options.Faults.CountsLateMarkers))
        {
            return;
        }

        _markerAcknowledged = Math.Max(_markerAcknowledged, _mysqld.DutyEpoch);
        _markedAfter = _markedAfter.SetItems(witnesses);
        _mysqld.LookNow();
        _reportDue = true;
    }
}
