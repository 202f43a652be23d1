using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace MySqlHa.Membership;

/// <summary>
/// Tables compared and made equal, over tcp: sums first, then only what differs. Records are about 200 bytes each, at most 4096.
/// </summary>
/// <param name="Sums">One for each part of the sender's table (<see cref="TableSums"/>); empty in an offer and an answer.</param>
public sealed record StateExchange(
    ExchangeKind Kind,
    ImmutableArray<MemberRecord> Members,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] ImmutableArray<long> Sums = default);

/// <summary>What is to be done with an exchange.</summary>
public enum ExchangeKind
{
    /// <summary>A whole table, to be answered with one: how older agents begin.</summary>
    Offer,

    /// <summary>Records to be taken; not answered.</summary>
    Answer,

    /// <summary>The sums of a table. Answered only where they differ, with <see cref="Difference"/>.</summary>
    Compare,

    /// <summary>The sums, and the records of all parts that differ. Answered with what the receiver holds otherwise.</summary>
    Difference,
}
