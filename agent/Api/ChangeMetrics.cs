using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// Changes of leader as counters and histograms. Every sample is there from the start, as 0: what appears only with its first event is an
/// increase that Prometheus does not see.
/// </summary>
internal static class ChangeMetrics
{
    private static readonly (ChangeKind Kind, ChangeOutcome Outcome)[] Possible =
    [
        .. from kind in new[] { ChangeKind.Failover, ChangeKind.Switchover, ChangeKind.Members }
           from outcome in new[] { ChangeOutcome.Established, ChangeOutcome.Abandoned, ChangeOutcome.Dropped, ChangeOutcome.Cancelled }
           where kind != ChangeKind.Failover || outcome is ChangeOutcome.Established or ChangeOutcome.Abandoned
           select (kind, outcome),
    ];

    private static readonly ChangeCause[] Causes = [ChangeCause.Crash, ChangeCause.Loss, ChangeCause.Forced, ChangeCause.Switchover];

    public static void Write(MetricsText text, ClusterView view)
    {
        var changes = view.Changes;
        text.Counters(
            "mysqlha_leader_changes_total",
            "Changes of leader that this agent learned of since its start, by kind and outcome.",
            Possible.Select(p => (
                Labels: new[] { ("kind", Word(p.Kind)), ("outcome", Word(p.Outcome)) },
                (double?)changes.Outcomes.GetValueOrDefault(p))));
        text.Histograms(
            "mysqlha_failover_seconds",
            "Until clients could write again. crash: since mysqld ended; loss: since it was known; forced, switchover: since asked for.",
            Causes.Select(c => (Labels: new[] { ("cause", Word(c)) }, changes.Whole.GetValueOrDefault(c, TimeHistogram.Empty))));
        text.Histograms(
            "mysqlha_failover_phase_seconds",
            "Until the end of each phase of the same, not the length of each: what ends last is what clients waited for.",
            from cause in Causes
            from phase in PhasesOf(cause)
            select (
                Labels: new[] { ("cause", Word(cause)), ("phase", phase) },
                changes.Phases.GetValueOrDefault((cause, phase), TimeHistogram.Empty)));
        Last(text, view);
    }

    /// <summary>Of the newest change that was measured, whenever that was: a restart forgets no history.</summary>
    private static void Last(MetricsText text, ClusterView view)
    {
        if (view.History.LastOrDefault(e => e.Phases is not null) is { } last)
        {
            text.Gauge("mysqlha_last_change_epoch", "Epoch that the last measured change of leader led to.", last.Number);
            text.Gauge(
                "mysqlha_last_change_timestamp_seconds",
                "When it was opened, in seconds since 1970.",
                last.OpenedAt.ToUnixTimeMilliseconds() / 1000.0);
            text.Gauges(
                "mysqlha_last_change_phase_seconds",
                "Until the end of each of its phases, as far as they were seen.",
                last.Phases!.Each().Select(p => (Labels: new[] { ("phase", p.Name) }, p.At / 1000.0)));
        }
    }

    public static string Word(ChangeKind kind) => kind switch
    {
        ChangeKind.Failover => "failover",
        ChangeKind.Switchover => "switchover",
        ChangeKind.Members => "members",
        _ => "unknown",
    };

    public static string Word(ChangeOutcome outcome) => outcome switch
    {
        ChangeOutcome.Established => "established",
        ChangeOutcome.Abandoned => "abandoned",
        ChangeOutcome.Dropped => "dropped",
        ChangeOutcome.Cancelled => "cancelled",
        _ => "unknown",
    };

    public static string Word(ChangeCause cause) => cause switch
    {
        ChangeCause.Crash => "crash",
        ChangeCause.Loss => "loss",
        ChangeCause.Forced => "forced",
        ChangeCause.Switchover => "switchover",
        _ => "unknown",
    };

    /// <summary>But for what is always zero, as it is where counting begins, and for what there is not.</summary>
    private static IEnumerable<string> PhasesOf(ChangeCause cause) => new EpochPhases { Zero = PhaseZero.Known }.Each().Select(p => p.Name)
        .Where(n => n switch
        {
            "detect" => cause == ChangeCause.Crash,
            "release" => cause is ChangeCause.Forced or ChangeCause.Switchover,
            _ => true,
        });
}
