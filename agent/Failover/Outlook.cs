using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// "What if the leader were lost now?", put to <see cref="Succession"/> itself: the epoch is taken for closed, the leader for silent, and
/// everybody who could promise for having promised what it was last known to hold. A reading: nothing comes of it.
/// </summary>
public static class Outlook
{
    // What keeps a node from giving a promise that counts. All else that is wrong with a follower only delays it.
    private static readonly string[] Blocking = ["not-heard", "mysqld-down", "in-doubt"];

    /// <param name="seen">As the controller sees it; every member hears the same reports.</param>
    /// <param name="alone">Why this node cannot say more: it reaches no controller. Null: it does.</param>
    public static Explanation Of(ControllerInput seen, Reason? alone = null)
    {
        ImmutableArray<Reason> ownSight = alone is null ? [] : [alone];
        return seen.State.Current switch
        {
            null => new Explanation
            {
                Epoch = 0,
                Why = new Reason("no-epoch", "no leader was chosen yet"),
                Loss = Nothing(0),
                Obstacles = [.. ownSight, .. ControllerPolicy.Decide(seen).Reasons],
            },
            { Closed: true } closed => Closed(seen, closed, ownSight),
            { } open => Open(seen, open, ownSight),
        };
    }

    private static Explanation Closed(ControllerInput seen, EpochRecord closed, ImmutableArray<Reason> ownSight)
    {
        var judged = Judged(seen, closed, seen);
        return judged with
        {
            Why = new Reason("no-leader", $"nobody leads: epoch {closed.Number} is closed ({closed.CloseReason})"),
            Obstacles = [.. ownSight, .. judged.Obstacles],
        };
    }

    private static Explanation Open(ControllerInput seen, EpochRecord open, ImmutableArray<Reason> ownSight)
    {
        var lost = IfLost(seen, open);
        var judged = Judged(lost, lost.State.Current!, seen);
        var left = seen.Voters.Count(lost.Reports.ContainsKey);
        var majority = (seen.Voters.Count / 2) + 1;
        IEnumerable<Reason> obstacles =
        [
            .. ownSight,
            .. seen.State.Paused ? [new Reason("paused", "automatic failover is paused")] : Array.Empty<Reason>(),
            .. Alone.Of(seen) is { } one ? [one]
                : left < majority
                ? [new Reason("no-quorum-left", $"without {seen.State.NameOf(open.Leader)}, {left} of {seen.Voters.Count} voters"
                    + $" are heard of, and {majority} are needed to decide anything")]
                : Array.Empty<Reason>(),
            .. Alone.Of(seen) is null ? judged.Obstacles : [],
        ];
        return judged with
        {
            Loss = Alone.Of(seen) is null ? judged.Loss
                : new Reason("loss-of-all", "nothing by a crash: it leads again with all that it has. With its disk everything, for nobody else is sure to have it"),
            Leader = open.Leader,
            Why = WhyItLeads(seen, open, alone: ownSight.Length > 0),
            Since = At(open),
            Before = Predecessor(seen)?.Leader,
            Obstacles = [.. obstacles],
        };
    }

    private static Reason WhyItLeads(ControllerInput seen, EpochRecord open, bool alone)
    {
        var before = "";
        if (Predecessor(seen) is { } earlier)
        {
            var who = earlier.Leader == open.Leader ? "the same node" : seen.State.NameOf(earlier.Leader);
            before = $"; before it {who} led epoch {earlier.Number}";
        }

        var since = At(open).UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        var name = seen.State.NameOf(open.Leader);
        return new Reason("leads", $"{(alone ? "as far as this node knows " : "")}{name} leads epoch {open.Number} since {since} ({open.OpenReason}){before}"
            + (open.Established ? "" : "; no commit of it was acknowledged yet"));
    }

    private static EpochRecord? Predecessor(ControllerInput seen) =>
        seen.State.Epochs.Length > 1 ? seen.State.Epochs[^2] : null;

    private static DateTimeOffset At(EpochRecord epoch) => DateTimeOffset.FromUnixTimeMilliseconds(epoch.OpenedAt);

    private static ControllerInput IfLost(ControllerInput seen, EpochRecord open) => seen with
    {
        State = seen.State with
        {
            Epochs = seen.State.Epochs.Replace(open, open with { Closed = true, CloseReason = "the leader is lost" }),
            Switchover = null,
        },
        Reports = seen.Reports.Remove(open.Leader).ToImmutableSortedDictionary(r => r.Key, r => HavingPromised(r.Value, open)),
        FailoverAsked = "",
        LossAccepted = null,
        Preferred = null,
        WantedPatienceOver = true,
    };

    private static MemberReport HavingPromised(MemberReport report, EpochRecord open)
    {
        if (report is not { Mysqld: MysqldState.Running, Status: { } status } || report.StandingPromise(open.Number) is not null)
        {
            return report;
        }

        var receipts = report.ReceiptsInDoubt ? Receipts.Doubtful : Receipts.Whole;
        return report with
        {
            Promise = new Promise(open.Number, status.Holds, report.BootId, receipts),
            // What it received it will have applied, unless its applier stands.
            Status = status.ApplierRunning ? status with { Executed = status.Holds } : status,
        };
    }

    /// <param name="seen">With the epoch closed, and promises: given ones, or possible ones.</param>
    /// <param name="known">The reports as they are.</param>
    private static Explanation Judged(ControllerInput seen, EpochRecord closed, ControllerInput known)
    {
        var judgement = Succession.Judge(seen, closed);
        var next = judgement.Decision.Proposal is OpenEpoch open ? open.Epoch.Leader : (NodeId?)null;
        var everything = known.Reports.Values.Where(r => r.Status is not null)
            .Aggregate(GtidSet.Empty, (all, r) => all.Union(r.Status!.Holds));
        var unguarded = next is { } first && known.Reports.GetValueOrDefault(first) is { Unguarded: true };
        return new Explanation
        {
            Epoch = closed.Number,
            Why = new Reason("no-leader", ""),
            Next = next,
            Loss = next is null
                ? new Reason("loss-unknown", "nothing by itself, for the cluster would wait. Whoever is made to lead all the same"
                    + " (failover --to N --accept-data-loss) leads without what it lacks")
                : Nothing(known.Reports.GetValueOrDefault(closed.Leader)?.Status?.WaitingSessions ?? 0),
            Obstacles =
            [
                .. judgement.Decision.Reasons,
                .. unguarded
                    ? [new Reason("unguarded", $"{known.State.NameOf(next!.Value)} has no guard: it does not begin to lead")]
                    : Array.Empty<Reason>(),
            ],
            PromisesNeeded = closed.PromisesNeeded,
            PromisesPossible = closed.Ackers.Count(judgement.Promisers.ContainsKey),
            Members = [.. known.State.Members.Keys.Select(m => Member(known, closed, judgement, everything, m))],
        };
    }

    private static Reason Nothing(int waiting) => new(
        "nothing-acknowledged",
        "no commit that a client was told OK for" + waiting switch
        {
            0 => "",
            1 => "; 1 commit that waits for an acknowledgement may be lost, and nobody was told OK for it",
            _ => $"; {waiting} commits that wait for an acknowledgement may be lost, and nobody was told OK for them",
        });

    private static ExplainedMember Member(
        ControllerInput known, EpochRecord closed, Judgement judgement, GtidSet everything, NodeId node)
    {
        var name = known.State.NameOf(node);
        var info = known.State.Members[node];
        var status = known.Reports.GetValueOrDefault(node)?.Status;
        var over = known.State.Current!.Closed;
        var leads = !over && node == closed.Leader;
        var rank = leads ? 0 : judgement.InOrder.IndexOf(node) + 1;
        // Who has promised receives nothing, as it should.
        var wrong = leads ? [] : ControllerPolicy.FollowerRefusals(known, closed, node)
            .Where(r => !over || r.Code is not ("not-attached" or "not-receiving")).ToList();
        return new ExplainedMember
        {
            Id = node,
            Name = info.Name,
            Address = info.Address.Host,
            Rank = rank,
            CouldPromise = !leads && judgement.Promisers.ContainsKey(node),
            Missing = status is null ? null : everything.Minus(status.Holds).Count,
            ToApply = status is null ? null : status.Received.Minus(status.Executed).Count,
            Reasons = leads ? [new Reason("leads", $"{name} leads")]
                : rank > 0 ? []
                : [.. WhyNot(known, judgement, node, wrong)],
            Remarks =
            [
                .. wrong.Where(r => !Blocking.Contains(r.Code)),
                .. Wishes.AgainstLeading(known, node) is { } unwanted ? [unwanted] : Array.Empty<Reason>(),
                .. known.State.Leaving?.Node == node ? [new Reason("leaving", $"{name} is leaving")] : Array.Empty<Reason>(),
                .. leads || closed.Ackers.Contains(node) || !known.Voters.Contains(node) || node == closed.Leader
                    ? Array.Empty<Reason>()
                    : [new Reason("not-an-acker", $"{name} is no acker of epoch {closed.Number}: its promise proves nothing about it")],
            ],
        };
    }

    private static IEnumerable<Reason> WhyNot(
        ControllerInput known, Judgement judgement, NodeId node, IReadOnlyCollection<Reason> wrong)
    {
        var name = known.State.NameOf(node);
        var blocking = wrong.Where(r => Blocking.Contains(r.Code)).ToList();
        if (!known.Voters.Contains(node))
        {
            yield return new Reason("not-a-voter", $"{name} does not vote, so no commit counts on it");
        }

        foreach (var reason in blocking)
        {
            yield return reason;
        }

        if (known.Reports.GetValueOrDefault(node) is { } report && report.Led > report.Released)
        {
            yield return new Reason("not-fenced", $"{name} led epoch {report.Led}, and its mysqld of then is not known to be over");
        }

        if (!judgement.Promisers.TryGetValue(node, out var mine))
        {
            if (blocking.Count == 0 && known.Voters.Contains(node) && known.State.Current!.Closed)
            {
                yield return new Reason("no-promise", $"{name} has not promised yet");
            }

            yield break;
        }

        var fuller = judgement.Promisers.Where(p => !mine.Contains(p.Value))
            .Select(p => (p.Key, Count: p.Value.Minus(mine).Count)).ToList();
        foreach (var (other, count) in fuller)
        {
            var what = count == 1 ? "1 transaction" : $"{count} transactions";
            yield return new Reason("holds-less", $"{known.State.NameOf(other)} holds {what} that {name} lacks");
        }

        if (fuller.Count == 0)
        {
            foreach (var reason in judgement.Decision.Reasons)
            {
                yield return reason;
            }
        }
    }
}
