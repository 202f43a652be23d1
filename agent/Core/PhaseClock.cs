using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// Watches a change of leader from one node, by that node's own clock. Every node does, so that whoever comes to control has seen as
/// much as it can; what it has not seen (it was started meanwhile, or its log was behind) stays unknown.
/// </summary>
internal sealed class PhaseClock
{
    private Change? _change;
    private (long Epoch, bool Closed) _last;

    /// <param name="lapsed">This node controls, and the leader's lease has lapsed.</param>
    /// <param name="asked">An operator asked this controller to give the leader up.</param>
    public void Observe(
        Instant now, ClusterState state, bool lapsed, bool asked, IReadOnlyDictionary<NodeId, (MemberReport Report, Instant At)> reports)
    {
        if (state.Current is not { } current)
        {
            return;
        }

        var leader = reports.TryGetValue(current.Leader, out var known) ? known.Report : null;
        if (current.Closed)
        {
            Closed(now, current, reports);
        }
        else
        {
            if (_change is { } change && change.Next == current.Number && current.Phases is null)
            {
                HandedOver(now, change, state, reports);
                Opened(now, change, current, leader);
            }

            Lost(now, state, current, leader, lapsed, asked);
        }

        _last = (current.Number, current.Closed);
    }

    /// <summary>What is known of how the epoch came about; null: nothing.</summary>
    public EpochPhases? Of(long epoch)
    {
        if (_change is not { } change || change.Next != epoch || (change.Known ?? change.Closed) is not { } first)
        {
            return null;
        }

        var zero = change.Known is not null && change.SinceEnd is { } since ? first - since : first;
        int? Since(Instant? at) => at is { } seen ? (int)Math.Round((seen - zero).TotalMilliseconds) : null;
        return new EpochPhases
        {
            Zero = change.Known is null ? PhaseZero.Close
                : change.SinceEnd is not null ? PhaseZero.MysqldEnd
                : change.Wished ? PhaseZero.Asked
                : PhaseZero.Known,
            Detect = Since(change.Known),
            Release = change.Wished ? Since(change.Released) : null,
            Close = Since(change.Closed),
            Promise = Since(change.Promised),
            Open = Since(change.Opened),
            Apply = Since(change.Applied),
            Writable = Since(change.Writable),
            Established = Since(change.Established),
            Clients = Since(change.Clients),
        };
    }

    public bool EstablishedBefore(Instant at) => _change?.Established is { } established && established < at;

    private void Lost(Instant now, ClusterState state, EpochRecord open, MemberReport? leader, bool lapsed, bool asked)
    {
        var released = leader?.Released >= open.Number;
        var wished = asked || state.Switchover?.Epoch == open.Number;
        if (!released && !lapsed && !wished)
        {
            // It was not lost after all, or the switchover was dropped.
            _change = _change?.Next == open.Number + 1 ? null : _change;
            return;
        }

        if (_change?.Next != open.Number + 1)
        {
            _change = new Change(open.Number + 1)
            {
                Known = now,
                Wished = wished,
                SinceEnd = released && !wished && leader!.MysqldEndedAgo is { } ago ? TimeSpan.FromMilliseconds(ago) : null,
            };
        }

        _change.Released ??= released ? now : null;
    }

    private void Closed(Instant now, EpochRecord closed, IReadOnlyDictionary<NodeId, (MemberReport Report, Instant At)> reports)
    {
        if (_change?.Next != closed.Number + 1)
        {
            _change = new Change(closed.Number + 1);
        }

        _change.Closed ??= _last == (closed.Number, false) ? now : null;
        var promised = 0;
        foreach (var (node, (report, _)) in reports)
        {
            if (report.StandingPromise(closed.Number) is { } promise)
            {
                promised += promise.Receipts == Receipts.Whole && closed.Ackers.Contains(node) ? 1 : 0;
                if (report.Status is { AllApplied: true })
                {
                    _ = _change.AppliedBy.TryAdd(node, now);
                }
            }
        }

        _change.Promised ??= promised >= closed.PromisesNeeded ? now : null;
    }

    /// <summary>Closed and opened at once; the old leader's last word comes where else promises do.</summary>
    private void HandedOver(
        Instant now, Change change, ClusterState state, IReadOnlyDictionary<NodeId, (MemberReport Report, Instant At)> reports)
    {
        if (state.Current is not { HandedOver: true } current || state.Epochs.Length < 2)
        {
            return;
        }

        var before = state.Epochs[^2];
        if (_last == (before.Number, false))
        {
            change.Closed ??= now;
            change.Opened ??= now;
        }

        var said = reports.TryGetValue(before.Leader, out var old) && old.Report.Final?.Epoch == before.Number;
        change.Promised ??= said ? now : null;
    }

    private void Opened(Instant now, Change change, EpochRecord open, MemberReport? leader)
    {
        change.Opened ??= _last == (open.Number - 1, true) ? now : null;
        if (leader?.Status is { } status)
        {
            var leads = leader.RoleEpoch == open.Number && leader.Leading && status.Writable;
            change.Applied ??= change.AppliedBy.TryGetValue(open.Leader, out var at) ? at
                : (open.HandedOver ? leads : status.Executed.Contains(open.FirstSet)) ? now
                : null;
            change.Writable ??= leads ? now : null;
            change.Clients ??= leads && !status.OfflineMode ? now : null;
        }

        change.Established ??= open.Established ? now : null;
    }

    private sealed class Change(long next)
    {
        public long Next => next;
        public bool Wished { get; init; }

        /// <summary>How long mysqld had been gone when that was <see cref="Known"/>; null: unknown.</summary>
        public TimeSpan? SinceEnd { get; init; }
        public Instant? Known { get; init; }
        public Instant? Released { get; set; }
        public Instant? Closed { get; set; }
        public Instant? Promised { get; set; }
        public Dictionary<NodeId, Instant> AppliedBy { get; } = [];
        public Instant? Opened { get; set; }
        public Instant? Applied { get; set; }
        public Instant? Writable { get; set; }
        public Instant? Established { get; set; }
        public Instant? Clients { get; set; }
    }
}
