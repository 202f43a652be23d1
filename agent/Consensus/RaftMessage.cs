using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>
/// A message between Raft cores. Messages may be lost, doubled, delayed and reordered; the core copes.
/// A closed family: the cases of the Raft paper (extended version), of PreVote and leadership transfer (Ongaro's thesis §9.6, §3.10).
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(VoteRequest), "v")]
[JsonDerivedType(typeof(VoteResponse), "V")]
[JsonDerivedType(typeof(AppendRequest), "a")]
[JsonDerivedType(typeof(AppendResponse), "A")]
[JsonDerivedType(typeof(SnapshotRequest), "s")]
[JsonDerivedType(typeof(TimeoutNow), "n")]
public abstract record RaftMessage(long Term);

/// <summary>
/// Asks for a vote. With <paramref name="Pre"/> it only asks whether a vote would be given (Term is the term it would be).
/// </summary>
/// <param name="Force">The leader itself asked for this election (transfer): the rule of silence does not apply.</param>
public sealed record VoteRequest(long Term, long LastIndex, long LastTerm, bool Pre, bool Force) : RaftMessage(Term);

public sealed record VoteResponse(long Term, bool Granted, bool Pre) : RaftMessage(Term);

/// <summary>
/// Entries behind (PrevIndex, PrevTerm); with none, a heartbeat. Round names the newest quorum round it belongs to (ReadIndex,
/// CheckQuorum).
/// </summary>
public sealed record AppendRequest(
    long Term, long PrevIndex, long PrevTerm, ImmutableArray<LogEntry> Entries, long Commit, long Round) : RaftMessage(Term);

/// <param name="Success">The entry at PrevIndex matched and what followed was kept.</param>
/// <param name="MatchIndex">With success: the last index known to be equal. Without: the last index worth trying.</param>
/// <param name="HintTerm">Without success: the term at MatchIndex, so that the leader skips a whole term at a time.</param>
public sealed record AppendResponse(long Term, bool Success, long MatchIndex, long HintTerm, long Round) : RaftMessage(Term);

/// <summary>The whole snapshot in one message (the replicated state is small). Answered by an <see cref="AppendResponse"/>.</summary>
public sealed record SnapshotRequest(long Term, RaftSnapshot Snapshot, long Round) : RaftMessage(Term);

/// <summary>The leader asks the receiver to campaign at once.</summary>
public sealed record TimeoutNow(long Term) : RaftMessage(Term);
