using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// After a rewind or a clone: what a follower holds is held against the leader's. Always gtid_executed; and a checksum of the one
/// table that agents alone write to, which is cheap at any size of the data. Other tables are not read.
/// </summary>
internal static class DataCheck
{
    /// <summary>Null: nothing is to be checked, or not to be told yet.</summary>
    public static DutyAct? Decide(DutyInput seen, EpochRecord open, MysqldStatus status, MemberReport? leader)
    {
        if (seen.Local.Unchecked.Length == 0 || LeaderOf(open, leader) is not { Markers.Length: > 0 } theirs)
        {
            return null;
        }

        // What the leader commits itself may be here before its report of it.
        var more = status.Executed.Minus(theirs.Executed).WithoutServer(open.ServerUuid);
        return status.Markers == theirs.Markers && status.Executed.Contains(theirs.Executed) && more.IsEmpty
            ? new DutyAct.NoteChecked(new Reason("checked", $"{seen.Local.Unchecked}: gtid_executed and the markers are the leader's"))
            : null;
    }

    /// <summary>
    /// The same transactions, and other markers: for people, and to be compared with the next look. Null: none is seen. The sets are
    /// read a moment after the markers, so one such look proves nothing.
    /// </summary>
    public static string? DifferenceOf(LocalRecord local, ClusterState state, MysqldStatus? status, MemberReport? leader) =>
        local.Unchecked.Length > 0 && state.Current is { Closed: false } open && status is not null
        && LeaderOf(open, leader) is { Markers.Length: > 0 } theirs
        && status.Markers != theirs.Markers && status.Executed.Equals(theirs.Executed)
            ? $"{local.Unchecked}: its markers are {status.Markers}, the leader's {theirs.Markers}, at {status.Executed}"
            : null;

    private static MysqldStatus? LeaderOf(EpochRecord open, MemberReport? leader) =>
        leader is { Leading: true, Status: { } status } && leader.RoleEpoch == open.Number ? status : null;
}
