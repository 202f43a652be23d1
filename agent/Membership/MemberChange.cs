namespace MySqlHa.Membership;

/// <summary>
/// A member's record changed in this node's table. <paramref name="Before"/> is null for a member never heard of.
/// <paramref name="Reason"/> is a sentence for the log, the census and the tests, always the same one.
/// </summary>
public sealed record MemberChange(MemberRecord? Before, MemberRecord After, string Reason);
