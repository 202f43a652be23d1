using System.Collections.Immutable;

namespace MySqlHa.Membership;

/// <summary>A whole table, the sender's own record included, over tcp. At most 4096 members of about 200 bytes.</summary>
public sealed record StateExchange(ExchangeKind Kind, ImmutableArray<MemberRecord> Members);

/// <summary>Which of the two halves of an exchange.</summary>
public enum ExchangeKind
{
    /// <summary>To be answered.</summary>
    Offer,
    Answer,
}
