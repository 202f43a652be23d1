using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>What operators ask of rolling restarts: that one begins, or that the one under way ends.</summary>
internal static class RollingCalls
{
    /// <summary>An answer at once where nothing is to be proposed; else what to answer when that is applied.</summary>
    public static (OperatorAnswer Answer, SetRolling? Command) Take(
        OperatorRequest request, ControllerInput seen, NodeId origin, long callId, AuditEntry? entry)
    {
        if (request is not RollingRequest wish)
        {
            return seen.State.Rolling is not { EndedAt: 0 } rolling
                ? (OperatorDesk.Refused("nothing-to-cancel", "no rolling restart is under way"), null)
                : rolling.Stopping is { } already
                    // Each change of it begins its patience anew.
                    ? (OperatorDesk.Done("cancelled", $"the rolling restart ends already behind the step under way: {already.Text}"), null)
                : (OperatorDesk.Done("cancelled", rolling.UnderWay is null ? "the rolling restart ends" : "the rolling restart ends behind the step under way"),
                    new SetRolling(
                        rolling with { Revision = rolling.Revision + 1, Stopping = new Reason("cancelled", "an operator cancelled it") },
                        "an operator cancelled the rolling restart: it ends behind the step under way"));
        }

        var refusals = RollingPolicy.Refusals(seen, wish.All);
        if (!refusals.IsEmpty)
        {
            return (OperatorDesk.Refused(refusals), null);
        }

        var order = RollingPolicy.Order(seen, wish.All, []);
        var known = RollingPolicy.AsFarAsKnown(seen, wish.All);
        if (order.IsEmpty && (wish.DryRun || !RollingPolicy.ComesToKnow(seen, wish.All)))
        {
            return (OperatorDesk.Done("nothing-waits", $"nothing waits for a restart{known}"), null);
        }

        var names = order.IsEmpty ? $"those that wait{known}" : $"in this order: {RollingPolicy.Names(seen, wish.All, order)}";
        return wish.DryRun ? (OperatorDesk.Done("can-roll", $"would be restarted, {names}"), null)
            : (OperatorDesk.Done("rolling-restart", $"a rolling restart begins, {names}"), new SetRolling(
                new RollingRestart
                {
                    Revision = (seen.State.Rolling?.Revision ?? 0) + 1,
                    At = seen.WallClock,
                    By = entry?.Caller.Name ?? "",
                    All = wish.All,
                    Driver = seen.Self,
                    Via = origin,
                    Call = callId,
                },
                $"a rolling restart begins, {names}"));
    }
}
