using System.Globalization;

namespace MySqlHa.Cluster;

/// <summary>An operator's request in the words of the command line.</summary>
public static class RequestText
{
    private const int LongestChanges = 200;

    public static string Of(OperatorRequest request, Func<NodeId, string> name) => request switch
    {
        SwitchoverRequest wish => "switchover" + To(wish.To, name),
        SwitchoverCheckRequest wish => $"switchover{To(wish.To, name)}, dry run",
        PlanSwitchoverRequest plan => $"switchover{To(plan.To, name)} {When(plan)}{(plan.DryRun ? ", dry run" : "")}",
        CancelSwitchoverRequest => "switchover, cancel",
        FailoverRequest failover => $"failover{To(failover.To, name)}{(failover.AcceptDataLoss ? ", data loss accepted" : "")}",
        StepDownRequest => "step-down",
        DrillRequest drill => drill.DryRun ? "drill, dry run" : "drill",
        PauseRequest pause => pause.Paused ? "pause" : "resume",
        ReinitRequest reinit => $"reinit {name(reinit.Node)}",
        RemoveRequest remove => $"remove {name(remove.Node)}{(remove.DryRun ? ", dry run" : "")}",
        MaintenanceRequest { ForMilliseconds: { } time } work => string.Create(
            CultureInfo.InvariantCulture,
            $"maintenance {name(work.Node)} for {Math.Round(time / 1000.0, 3)} s{(work.Reason is { } why ? $": {why}" : "")}"),
        MaintenanceRequest work => $"maintenance {name(work.Node)}, over",
        VotersRequest voters => string.Create(CultureInfo.InvariantCulture, $"voters {voters.Count}"),
        AddRequest add => string.Create(CultureInfo.InvariantCulture, $"add {add.Host}:{add.Port}{Votes(add.Votes)}"),
        VotingRequest vote => $"add {name(vote.Node)}{Votes(vote.Votes)}",
        ConfigRequest config => "config" + Changes(config) + (config.DryRun ? ", dry run" : ""),
        RestartRequest restart => $"restart {name(restart.Node)}{(restart.InterruptWrites ? ", writes interrupted" : "")}",
        RollingRequest rolling => $"restart --rolling{(rolling.All ? " --all" : "")}{(rolling.DryRun ? ", dry run" : "")}",
        StopRollingRequest => "restart --rolling, cancel",
        _ => request.GetType().Name,
    };

    /// <summary>It only asks whether something could be done, and changes nothing.</summary>
    public static bool OnlyLooks(OperatorRequest request) =>
        request is SwitchoverCheckRequest or PlanSwitchoverRequest { DryRun: true } or DrillRequest { DryRun: true }
            or RemoveRequest { DryRun: true } or ConfigRequest { DryRun: true } or RollingRequest { DryRun: true };

    private static string Votes(bool? votes) => votes switch { true => " --voter", false => " --follower", null => "" };

    /// <summary>So much of it that it is known again: the audit is in every snapshot.</summary>
    private static string Changes(ConfigRequest config)
    {
        var set = config.Set?.Select(s => $" {s.Key}={s.Value}") ?? [];
        var text = string.Concat(set.Concat(config.Unset?.Select(u => $" unset {u}") ?? []));
        return text.Length <= LongestChanges ? text : string.Concat(text.AsSpan(0, LongestChanges), "…");
    }

    private static string To(NodeId? to, Func<NodeId, string> name) => to is { } node ? $" to {name(node)}" : "";

    private static string When(PlanSwitchoverRequest plan) => plan.At is { } at
        ? $"at {at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture)}"
        : string.Create(CultureInfo.InvariantCulture, $"in {Math.Round((plan.InMilliseconds ?? 0) / 1000.0, 3)} s");
}
