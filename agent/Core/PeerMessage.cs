using System.Collections.Immutable;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>A frame between two nodes, over the ring's authenticated tcp. Any may be lost, late, doubled or out of order.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "t")]
[JsonDerivedType(typeof(ReportFrame), "report")]
[JsonDerivedType(typeof(LeaseAsk), "lease-ask")]
[JsonDerivedType(typeof(LeaseAnswer), "lease-answer")]
[JsonDerivedType(typeof(RestAsk), "rest-ask")]
[JsonDerivedType(typeof(FreshAsk), "fresh-ask")]
[JsonDerivedType(typeof(FreshAnswer), "fresh-answer")]
[JsonDerivedType(typeof(FoundAsk), "found-ask")]
[JsonDerivedType(typeof(FoundPledged), "found-pledged")]
[JsonDerivedType(typeof(FoundDone), "found-done")]
[JsonDerivedType(typeof(FoundDropped), "found-dropped")]
[JsonDerivedType(typeof(FoundHow), "found-how")]
[JsonDerivedType(typeof(JoinAsk), "join-ask")]
[JsonDerivedType(typeof(JoinWelcome), "join-welcome")]
[JsonDerivedType(typeof(JoinRefused), "join-refused")]
[JsonDerivedType(typeof(RemovedNotice), "removed")]
[JsonDerivedType(typeof(OperatorAsk), "operator-ask")]
[JsonDerivedType(typeof(OperatorAnswered), "operator-answered")]
[JsonDerivedType(typeof(AuditFrame), "audit")]
[JsonDerivedType(typeof(DrillBlow), "drill")]
[JsonDerivedType(typeof(SettingsAsk), "settings-ask")]
[JsonDerivedType(typeof(SettingsTried), "settings-tried")]
[JsonDerivedType(typeof(RestartBlow), "restart")]
public abstract record PeerMessage;

/// <param name="ClusterId">A node of another cluster is not listened to.</param>
public sealed record RaftFrame(string ClusterId, RaftMessage Message) : PeerMessage;

public sealed record ExchangeFrame(StateExchange Exchange) : PeerMessage;

public sealed record ReportFrame(MemberReport Report) : PeerMessage;

/// <summary>The leader of an epoch asks the controller whether the epoch is still open.</summary>
public sealed record LeaseAsk(long Epoch, long AskId) : PeerMessage;

/// <summary>It is, as confirmed by a majority after the question came.</summary>
public sealed record LeaseAnswer(long Epoch, long AskId) : PeerMessage
{
    /// <summary>The epoch's <see cref="EpochRecord.LeaseMilliseconds"/>; who asks may not have read of it yet.</summary>
    public int? Length { get; init; }
}

/// <summary>
/// The leader's agent is about to restart and asks to be left in peace for so long. The answer is the log's own:
/// <see cref="RestLeader"/>, applied.
/// </summary>
public sealed record RestAsk(long Epoch, int Milliseconds, long Life) : PeerMessage;

/// <summary>Asks for the index up to which the log must be applied to know the current epoch (R10).</summary>
public sealed record FreshAsk(long AskId) : PeerMessage;

public sealed record FreshAnswer(long AskId, long Index) : PeerMessage;

/// <summary>Founding, first half: will you found this cluster with exactly these members?</summary>
public sealed record FoundAsk(Pledge Pledge) : PeerMessage;

/// <summary>Yes, and no other until this one is settled. Written down before it is sent.</summary>
public sealed record FoundPledged(string ClusterId) : PeerMessage;

/// <summary>Founding, second half: all pledged.</summary>
public sealed record FoundDone(Pledge Pledge) : PeerMessage;

/// <summary>The founder gave it up before all had pledged.</summary>
public sealed record FoundDropped(string ClusterId) : PeerMessage;

/// <summary>A pledged member asks the founder how it ended.</summary>
public sealed record FoundHow(string ClusterId) : PeerMessage;

/// <summary>A node of no cluster asks the cluster of this id to take it.</summary>
public sealed record JoinAsk(string ClusterId, Newcomer Newcomer) : PeerMessage;

/// <summary>It is a member: that is committed. With the secret that the accounts' passwords derive from.</summary>
public sealed record JoinWelcome(string ClusterId, string Secret) : PeerMessage;

public sealed record JoinRefused(string ClusterId, Reason Why) : PeerMessage;

/// <summary>To a node that speaks as if it were a member still: it was removed, and that is committed.</summary>
public sealed record RemovedNotice(string ClusterId, string Why) : PeerMessage;

/// <param name="Caller">Null: an older agent's, or nobody's.</param>
public sealed record OperatorAsk(long CallId, OperatorRequest Request, Caller? Caller = null) : PeerMessage;

/// <summary>To the controller, from who acted without it: what an operator asked for there.</summary>
public sealed record AuditFrame(AuditEntry Entry) : PeerMessage;

public sealed record OperatorAnswered(long CallId, OperatorAnswer Answer) : PeerMessage;

/// <summary>The controller to the leader of the epoch: an operator wants your mysqld killed, as a crash would.</summary>
public sealed record DrillBlow(long Epoch) : PeerMessage;

/// <summary>The controller to the leader of the epoch: would your mysqld take these? Nothing is changed for it.</summary>
/// <param name="All">What it would be started with then.</param>
public sealed record SettingsAsk(
    long Token, ImmutableSortedDictionary<string, string> Set, ImmutableSortedDictionary<string, string> All) : PeerMessage;

/// <param name="Against">Every reason against it; empty: it would.</param>
/// <param name="AtStartOnly">Names that it would take at its next start.</param>
public sealed record SettingsTried(long Token, ImmutableArray<Reason> Against, ImmutableArray<string> AtStartOnly) : PeerMessage;

/// <summary>The controller to a follower of the epoch: an operator wants your mysqld restarted.</summary>
/// <param name="Token">Told in the reports from when it is begun.</param>
/// <param name="Leading">To the leader instead, which votes alone: that it is written to is known.</param>
public sealed record RestartBlow(long Epoch, long Token, bool Leading = false) : PeerMessage;
