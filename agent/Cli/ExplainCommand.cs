using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha explain</c>: who leads and why, who would be next, and what keeps a failover from happening.</summary>
internal static class ExplainCommand
{
    public static Command Build() => ClientOptions.Reading(
        "explain", "Who leads and why, who would be next and what it would lose, and what keeps a failover from happening now", Write);

    private static void Write(ClusterView view, TextWriter output) => output.Write(
        view.Explanation is { } explained
            ? ExplanationText.Of(explained)
            : $"{ViewText.NameOf(view, view.Self)} explains nothing: it is in no cluster yet, or its agent is older than this command\n"
                + string.Concat(view.Reasons.Take(3).Select(r => $"  - {r.Text}\n")));
}
