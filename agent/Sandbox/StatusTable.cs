using System.Globalization;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary><c>status</c> for people: one sentence who leads, one row a node, then all that is wrong.</summary>
internal static class StatusTable
{
    private static readonly string[] Heads =
        ["NODE", "ADDRESS", "LIVENESS", "ROLE", "HEALTH", "EPOCH", "LAG", "GTID GAP", "AGENT", "MYSQLD"];

    public static string Of(IReadOnlyList<SandboxNode> nodes, IReadOnlyDictionary<SandboxNode, NodeProcesses> processes, ClusterView? view)
    {
        var leader = StatusDocument.LeaderOf(view);
        var rows = new List<string[]> { Heads };
        rows.AddRange(nodes.Select(node => Row(node, processes[node], MemberOf(view, node), leader)));
        var widths = Enumerable.Range(0, Heads.Length).Select(column => rows.Max(row => row[column].Length)).ToArray();
        var text = new StringBuilder().Append(Headline(view, leader)).Append('\n');
        foreach (var row in rows)
        {
            _ = text.Append("  ").AppendJoin("  ", row.Select((cell, column) => cell.PadRight(widths[column]))).Append('\n');
        }

        foreach (var problem in Problems(nodes, view))
        {
            _ = text.Append("  ! ").Append(problem).Append('\n');
        }

        return string.Join('\n', text.ToString().TrimEnd('\n').Split('\n').Select(line => line.TrimEnd())) + "\n";
    }

    /// <summary>Who leads, or what is waited for.</summary>
    public static string Headline(ClusterView? view, MemberView? leader) =>
        view is null
            ? "no node answers"
            : leader is null
                ? $"{view.ServiceGroup}: no leader; {(view.Reasons.Length > 0 ? view.Reasons[0].Text : $"election {Word(view.Election)}")}"
                : $"{view.ServiceGroup}: {leader.Name} leads ({leader.Id}, {leader.Address}), epoch {view.Epoch}, "
                  + $"{(view.LeaderWritable ? "writable" : "not writable")}{(view.Paused ? ", automatic failover paused" : "")}"
                  + (view.Plan is { } plan ? $"; {plan.What} is planned" : "");

    private static string[] Row(SandboxNode node, NodeProcesses own, MemberView? member, MemberView? leader)
    {
        var gap = member is null || leader is null
            ? "-"
            : leader.Executed.Minus(member.Executed).Count.ToString(CultureInfo.InvariantCulture);
        return
        [
            node.Name,
            node.Ip,
            member is null ? "unknown" : Word(member.Liveness),
            member is null ? "none" : Word(member.Role),
            member is null ? "unknown" : Word(member.Health),
            member is { Epoch: > 0 } ? member.Epoch.ToString(CultureInfo.InvariantCulture) : "-",
            member?.LagSeconds is { } lag ? string.Create(CultureInfo.InvariantCulture, $"{lag:0.0} s") : "-",
            gap,
            Process(own.Agents),
            Process(own.Mysqlds),
        ];
    }

    private static IEnumerable<string> Problems(IReadOnlyList<SandboxNode> nodes, ClusterView? view)
    {
        foreach (var reason in view?.Reasons ?? [])
        {
            yield return reason.Text;
        }

        foreach (var node in nodes)
        {
            var member = MemberOf(view, node);
            if (member is { Activity.Length: > 0 })
            {
                yield return $"{node.Name}: {member.Activity}";
            }

            foreach (var problem in member?.Problems ?? [])
            {
                yield return $"{node.Name}: {problem.Text}";
            }
        }
    }

    private static string Process(IReadOnlyList<LiveProcess> processes) =>
        processes.Count == 0 ? "dead" : processes[0].Stopped ? $"{processes[0].Pid} frozen" : $"{processes[0].Pid}";

    private static MemberView? MemberOf(ClusterView? view, SandboxNode node) =>
        StatusDocument.MemberAt(view, node);

#pragma warning disable CA1308 // words for people, not keys
    private static string Word(Enum value) => value.ToString().ToLowerInvariant();
#pragma warning restore CA1308
}
