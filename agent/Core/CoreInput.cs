using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>One thing that happened to a node.</summary>
public abstract record CoreInput;

/// <summary>Time passed: <see cref="NodeCore.NextDeadline"/> is due.</summary>
public sealed record Tick : CoreInput
{
    public static readonly Tick Instance = new();
}

public sealed record DatagramReceived(string Host, int Port, GossipMessage Message) : CoreInput;

/// <summary>A frame of an authenticated peer.</summary>
public sealed record FrameReceived(NodeId From, PeerMessage Message) : CoreInput;

public sealed record EffectDone(long Id, EffectResult Result) : CoreInput;

/// <summary>mysqld is gone and reaped.</summary>
public sealed record MysqldExited(string How) : CoreInput;

/// <summary>The disk is full, in a sentence for people; empty: there is room again. Each change is told once.</summary>
/// <param name="RanOut">There was nothing left: who wrote waits for room.</param>
public sealed record DiskNoted(string Problem, bool RanOut = false) : CoreInput;

/// <summary>The guard is missing, in a sentence for people; empty: it is there again. Each change is told once.</summary>
public sealed record GuardNoted(string Problem) : CoreInput;

/// <summary>What the operator's suitability hook says now.</summary>
/// <param name="Problem">Why this node should not lead, in a sentence; empty: it may.</param>
/// <param name="Priority">0 to 1000, in place of the tag; null: the tag counts.</param>
public sealed record SuitabilityNoted(string Problem, int? Priority) : CoreInput;

/// <summary>How far a long effect is, for people: "cloning from 127.0.0.12: 40 %".</summary>
public sealed record ActivityNoted(string Text) : CoreInput;

/// <summary>An operator asks, here; the answer is an <see cref="OperatorReply"/> with the same call id.</summary>
/// <param name="Caller">Who asks, for the audit; null: nothing is kept of it.</param>
/// <param name="Refused">Why it is refused before anybody is asked: it is only kept for the audit. Null: it is not.</param>
public sealed record OperatorCalled(long CallId, OperatorRequest Request, Caller? Caller = null, Reason? Refused = null) : CoreInput;

/// <summary>What is wrong with the API's tokens or certificate, in a sentence for people; empty: nothing. Each change is told once.</summary>
public sealed record AccessNoted(string Problem) : CoreInput;

/// <summary>The keys of the ring that are in force on this node. Each change is told once.</summary>
/// <param name="Fingerprints">The one that is used, then those that are only accepted.</param>
/// <param name="Problem">What is wrong with their file, in a sentence for people; empty: nothing.</param>
public sealed record RingKeysNoted(ImmutableArray<string> Fingerprints, string Problem) : CoreInput;

/// <summary>The agent is asked to stop: it hands a leadership of Raft over first.</summary>
public sealed record StopAsked : CoreInput
{
    public static readonly StopAsked Instance = new();
}
