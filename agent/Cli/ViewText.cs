using System.Globalization;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>The view in words, as several commands print it.</summary>
internal static class ViewText
{
    /// <summary>One line: who leads, or why nobody does.</summary>
    public static string Headline(ClusterView view)
    {
        var epoch = view switch
        {
            { Epoch: 0 } => "no epoch yet",
            { EpochOpen: false } => $"epoch {view.Epoch}, closed",
            { Established: false } => $"epoch {view.Epoch}, not established yet",
            _ => $"epoch {view.Epoch}",
        };
        var leads = Leader(view) is { } leader
            ? $"{leader.Name} at {leader.Address.Host} leads{(view.LeaderWritable ? "" : ", not writable")}"
            : view.Election switch
            {
                ElectionStatus.NoQuorum => "no quorum" + (view.Leader is { } last ? $"; {NameOf(view, last)} led last" : ""),
                ElectionStatus.Running => "finding a leader",
                _ => "not founded yet",
            };
        return $"{view.ServiceGroup}: {leads} ({epoch}){Voters(view)}{(view.Paused ? "; automatic failover is paused" : "")}"
            + (view.Plan is { } plan ? $"; {plan.What} is planned" : "");
    }

    private static string Voters(ClusterView view) =>
        view.VotersTarget == 0 || view.VotersTarget == view.VotersExpected ? "" : $"; {view.VotersExpected} of {view.VotersTarget} voters";

    /// <summary>Who leads as far as the node knows. Without a majority it knows only of who says itself that it takes writes.</summary>
    public static MemberView? Leader(ClusterView view) =>
        view is { EpochOpen: true, Leader: { } id } && (view.LeaderWritable || view.Election != ElectionStatus.NoQuorum)
            ? view.Member(id)
            : null;

    public static string NameOf(ClusterView view, NodeId id) => view.Member(id)?.Name ?? id.Short;

    public static string Word<T>(T value)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    /// <summary>yes: its acknowledgement completes commits now; no: it would, and does not come; -: none of it counts.</summary>
    public static string Acks(MemberView member) =>
        !member.Acker ? "-"
        : member is { ReceiverRunning: true, Liveness: MemberLiveness.Alive or MemberLiveness.Suspect } ? "yes"
        : "no";

    public static string Lag(double? seconds) => seconds switch
    {
        null => "?",
        < 1 => string.Create(CultureInfo.InvariantCulture, $"{seconds * 1000:0} ms"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{seconds:0.0} s"),
    };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    public static void WriteReasons(ClusterView view, TextWriter output)
    {
        foreach (var reason in view.Reasons)
        {
            output.WriteLine($"  - {reason.Text}");
        }
    }
}
