using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// Something to do to the node's mysqld. The runner does it beside the loop and answers with an <see cref="EffectDone"/> of the same id.
/// At most one is under way, but for <see cref="KillMysqld"/>, <see cref="LookAtMysqld"/>, <see cref="MeasureReach"/>,
/// <see cref="WriteMarker"/>, <see cref="EnableEvents"/>, <see cref="ApplySettings"/> and <see cref="CheckSettings"/>, which never wait
/// for another.
/// </summary>
public abstract record Effect(long Id);

/// <summary>Make the data directory, with the cluster's accounts in it.</summary>
/// <param name="Adopt">Not a new one: put the accounts into the data that this node brings, and make the directory ours.</param>
public sealed record InitialiseData(long Id, string ClusterSecret, ImmutableArray<NodeId> Members, bool Adopt = false) : Effect(Id);

/// <summary>Start mysqld read-only, closed to clients, without replication; done when it answers.</summary>
public sealed record StartMysqld(long Id) : Effect(Id)
{
    /// <summary>Of the cluster's settings those that this node takes.</summary>
    public SettingsTaken Settings { get; init; } = SettingsTaken.None;
}

/// <summary>Set these on the running mysqld; those unset are back at this node's default. What it takes at its start only is named.</summary>
public sealed record ApplySettings(long Id, ImmutableSortedDictionary<string, string> Set, ImmutableArray<string> Unset) : Effect(Id);

/// <summary>Whether mysqld would take these, live or at its next start; nothing is changed.</summary>
/// <param name="All">With them and with what is set besides: what it would be started with.</param>
public sealed record CheckSettings(
    long Id, ImmutableSortedDictionary<string, string> Set, ImmutableSortedDictionary<string, string> All) : Effect(Id);

/// <summary>
/// With mysqld down: cut what is beyond <paramref name="Keep"/> from its last binary log, archived first; a failure says why it was not.
/// </summary>
public sealed record RewindBinlog(long Id, long Epoch, string ServerUuid, GtidSet Began, GtidSet Keep) : Effect(Id);

/// <summary>kill -9, at once, also while another effect is under way. Its death is told by <see cref="MysqldExited"/>.</summary>
public sealed record KillMysqld(long Id, Reason Why) : Effect(Id);

/// <summary>Read the server's status.</summary>
public sealed record LookAtMysqld(long Id) : Effect(Id);

/// <summary>Find out which of these mysqlds answer to a connection from where this node's receiver would come.</summary>
/// <param name="Deadline">For each of them, all at once; who did not answer by then is not reached.</param>
public sealed record MeasureReach(long Id, ImmutableArray<MemberInfo> Others, TimeSpan Deadline) : Effect(Id);

/// <summary>Stop the receiver alone, then the semi-sync replica side, then read what is held (R1).</summary>
public sealed record StopReceiving(long Id, long Epoch) : Effect(Id);

public sealed record FollowSource(long Id, long Epoch, MemberInfo Leader, bool SemiSync) : Effect(Id);

/// <summary>Become the writable source. The runner reads <see cref="CoreOutput.LeaseUntil"/> again right before the opening statement.</summary>
/// <param name="After">Wait until this is applied; the receiver goes later (<see cref="ForgetSource"/>). Null: it is; the receiver ends first.</param>
public sealed record PromoteServer(long Id, long Epoch, int AcksNeeded, ReplicationAccess Access, GtidSet? After = null) : Effect(Id)
{
    /// <summary>Shut ordinary clients out first.</summary>
    public bool ClosedToClients { get; init; }
}

/// <summary>On a leader: its receiving side is taken away, all that was received being applied.</summary>
public sealed record ForgetSource(long Id) : Effect(Id);

/// <summary>Make and unlock the replication accounts of some members, lock those of others; nothing of it is in the binary log.</summary>
public sealed record SetAccess(long Id, ReplicationAccess Access) : Effect(Id);

/// <summary>Commit a marker; done when W acknowledged it.</summary>
public sealed record WriteMarker(long Id, long Epoch) : Effect(Id);

public sealed record OpenServerToClients(long Id) : Effect(Id);

/// <summary>Let the event scheduler run what the leader before ran. Each event costs a commit that waits for its acknowledgement.</summary>
public sealed record EnableEvents(long Id) : Effect(Id);

/// <summary>Read-only by a statement that has returned; past the deadline the answer is a failure.</summary>
public sealed record DemoteServer(long Id, long Epoch, TimeSpan Deadline) : Effect(Id);

/// <summary>Archive <paramref name="Extra"/> (if any), clone from the donor, give the server a new uuid; mysqld is stopped at the end.</summary>
public sealed record ReseedServer(long Id, MemberInfo Donor, GtidSet Extra, Reason Why) : Effect(Id);

/// <summary>How an effect ended.</summary>
public sealed record EffectResult
{
    public Reason? Failure { get; init; }

    /// <summary>A look after the effect: what is decided next is decided on it.</summary>
    public MysqldStatus? Status { get; init; }

    /// <summary><see cref="StopReceiving"/>: received and executed; <see cref="DemoteServer"/>: executed when no commit was left.</summary>
    public GtidSet Set { get; init; } = GtidSet.Empty;
    public int MysqldPid { get; init; }

    /// <summary><see cref="MeasureReach"/>: whose mysqld answered.</summary>
    public ImmutableSortedSet<NodeId>? Reached { get; init; }
    public ArchivedTail? Archived { get; init; }

    /// <summary>The old data is gone and no whole new one is in its place: the directory has to be made again.</summary>
    public bool DataLost { get; init; }

    /// <summary><see cref="StartMysqld"/>: it ended by itself before it answered.</summary>
    public bool EndedInStart { get; init; }

    /// <summary><see cref="ApplySettings"/>, <see cref="CheckSettings"/>: names that mysqld takes at its start only.</summary>
    public ImmutableArray<string> AtStartOnly { get; init; } = [];

    /// <summary>The same: a sentence for each name that it does not take.</summary>
    public ImmutableArray<Reason> NotTaken { get; init; } = [];

    public bool Ok => Failure is null;
}
