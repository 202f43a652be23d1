using System.Collections.Frozen;

namespace MySqlHa.Cluster;

/// <summary>The codes of all events there are. None is ever changed; who waits for one that does not exist waits for ever.</summary>
public static class EventCodes
{
    public static readonly FrozenSet<string> All = FrozenSet.Create(
        StringComparer.Ordinal,
        "admitted", "adopted", "api-access", "asked", "configuration", "configuration-refused", "controller",
        "controller-moves", "disk-full", "drill", "duty", "effect-failed",
        "epoch-closed", "epoch-established", "epoch-opened", "fence", "follows", "founded", "handed-over", "join-refused", "joined", "leaving",
        "leaving-dropped", "maintenance", "maintenance-over", "member-alive", "member-confirmed", "member-departed",
        "member-suspect", "mysqld-exited", "other-cluster", "paused", "phases", "placement-abandoned", "plan-dropped", "promised",
        "promoted", "removed", "restart", "restart-pending", "resumed", "rewound", "ring-key", "rolling-ended",
        "rolling-restart", "rolling-step", "rolling-stopped", "suitability", "switchover-dropped",
        "switchover-planned", "switchover-started", "unguarded", "vote-wished", "voters", "voters-target");
}
