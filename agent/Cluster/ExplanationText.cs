using System.Text;

namespace MySqlHa.Cluster;

/// <summary>An explanation in words: the same on the command line and at <c>/explain</c>.</summary>
public static class ExplanationText
{
    public static string Of(Explanation explained)
    {
        var text = new StringBuilder();
        void Line(int depth, string words) =>
            text.Append(' ', depth * 2).Append(PlainText.OneLine(words)).Append('\n');

        Line(0, explained.Why.Text);
        if (explained.FailoverPossible && explained.Members.FirstOrDefault(m => m.Id == explained.Next) is { } next)
        {
            Line(0, explained.Leader is null ? $"{Name(next)} is to lead next" : $"if it were lost now, {Name(next)} would lead next");
        }
        else if (explained.Epoch > 0)
        {
            Line(0, explained.Leader is null ? "nobody can lead yet:" : "if it were lost now, no failover could happen:");
        }

        foreach (var obstacle in explained.Obstacles)
        {
            Line(1, $"- {obstacle.Text}");
        }

        if (explained.Epoch > 0)
        {
            Line(0, $"what would be lost: {explained.Loss.Text}");
            Line(0, $"promises: {explained.PromisesPossible} could be had, {explained.PromisesNeeded} are needed");
        }

        foreach (var member in explained.Members)
        {
            Line(1, $"{Name(member)}: {Standing(explained, member)}");
            foreach (var reason in member.Reasons.Concat(member.Remarks).Where(r => r.Code != "leads"))
            {
                Line(2, $"- {reason.Text}");
            }
        }

        return text.ToString();
    }

    private static string Standing(Explanation explained, ExplainedMember member)
    {
        var what = member.Id == explained.Leader ? "leads"
            : member.Rank == 1 ? "first in line"
            : member.Rank > 1 ? $"number {member.Rank} in line"
            : "no candidate";
        // Whoever leads has all that counts: what a follower's newer report has more was committed since.
        var missing = member.Id == explained.Leader ? null : member.Missing;
        return what + Counted(missing, "lacks") + Counted(member.ToApply, "has yet to apply");
    }

    private static string Counted(long? count, string verb) =>
        count is null or 0 ? "" : $"; {verb} {count} transaction{(count == 1 ? "" : "s")} by the last reports";

    private static string Name(ExplainedMember member) => $"{member.Name} ({member.Address})";
}
