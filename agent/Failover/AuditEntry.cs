using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>What an operator asked for: part of the replicated state, before anything is done for it.</summary>
/// <param name="Via">The node that was asked.</param>
/// <param name="Call">Which of that node's calls it was; with <paramref name="Via"/> and <paramref name="At"/>, which request.</param>
/// <param name="At">Unix milliseconds by the controller's wall clock.</param>
/// <param name="Request">In words.</param>
public sealed record AuditEntry(NodeId Via, long Call, long At, Caller Caller, string Request)
{
    /// <summary>Characters of a reason that are kept: 200 entries are in every snapshot.</summary>
    private const int LongestText = 400;

    /// <summary>From 1; given when it is applied.</summary>
    public long Number { get; init; }

    /// <summary>How it ended; null: it is under way, or nobody can say.</summary>
    public OperatorAnswer? Answer { get; init; }

    public AuditEntry With(OperatorAnswer answer) => this with { Answer = Short(answer) };

    public bool IsFor(NoteAnswer note) => Via == note.Via && Call == note.Call && At == note.At;

    public static OperatorAnswer Short(OperatorAnswer answer) => answer.Reason.Text.Length <= LongestText
        ? answer
        : answer with { Reason = answer.Reason with { Text = string.Concat(answer.Reason.Text.AsSpan(0, LongestText - 1), "…") } };
}
