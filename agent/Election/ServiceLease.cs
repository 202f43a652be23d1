namespace MySqlHa.Election;

/// <summary>One service as the database sees it now.</summary>
/// <param name="Leader">Null: nobody leads.</param>
/// <param name="Term">The last that began; 0: none did.</param>
/// <param name="LeaseMs">How long the lease is from one reaffirmation to its end, in milliseconds.</param>
/// <param name="LeftMs">How much of it is left, in milliseconds.</param>
/// <param name="Closing">A re-election was asked for: it is not made longer.</param>
/// <param name="Anew">Another server wrote it: <paramref name="LeftMs"/> counts from the next campaign on.</param>
/// <param name="ElectedUtc">When the term began, by the clock of the server that led then; null before the first.</param>
public sealed record ServiceLease(
    string Service, string? Leader, long Term, long LeaseMs, long LeftMs, bool Closing, bool Anew, string? ElectedUtc);

/// <summary>A candidate that was made the leader.</summary>
/// <param name="Former">Who led; null: nobody, or the same one.</param>
/// <param name="FormerLeftMs">For how long that one may believe so still, in milliseconds.</param>
public sealed record ForcedLeader(string Service, string Leader, long Term, string? Former, long FormerLeftMs);
