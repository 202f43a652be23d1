using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// This node's own record, which it alone changes. Each change raises the incarnation: above what was said against it, and
/// above whatever an earlier life of it, or another node with its id, said.
/// </summary>
internal sealed class Oneself(MemberRecord record, SwimOptions options, RumourQueue rumours, List<MemberChange> changes)
{
    public MemberRecord Record { get; private set; } = record;

    public NodeId Id => Record.Id;

    public bool HasLeft => Record.Status == MemberStatus.Departed;

    public MemberUpdate Update => new(Record, Record.Id);

    /// <summary>What was heard of this node; true where it was accused at its present incarnation, and so was slow.</summary>
    public bool Hear(MemberUpdate heard)
    {
        var said = heard.Record;
        if (HasLeft || options.Fault == SwimFault.NoRefutation)
        {
            return false;
        }

        if (said.Incarnation > Record.Incarnation)
        {
            if (options.Fault != SwimFault.ForgetsFormerLife)
            {
                Raise(said.Incarnation, ReasonToOvertake(heard));
            }

            return false;
        }

        var accused = said.Status != MemberStatus.Alive;
        if (said.Incarnation == Record.Incarnation && accused)
        {
            Raise(said.Incarnation, $"objected: {heard.From} held it {said.Status.ToString().ToLowerInvariant()}");
            return true;
        }

        if (said.Incarnation == Record.Incarnation && said != Record && !Record.Facts.IsFullerThan(said.Facts))
        {
            Raise(said.Incarnation, ReasonToOvertake(heard));
        }
        else if (accused)
        {
            // The objection was made already, but has not reached everyone.
            rumours.Add(Update);
        }

        return false;
    }

    public void Say(MemberFacts facts)
    {
        if (facts != Record.Facts)
        {
            Change(Record with { Facts = facts, Incarnation = Above(Record.Incarnation) }, "changed its facts");
        }
    }

    public void Leave()
    {
        if (!HasLeft)
        {
            Change(Record with { Status = MemberStatus.Departed, Incarnation = Above(Record.Incarnation) }, "left by its own word");
        }
    }

    private string ReasonToOvertake(MemberUpdate heard) =>
        heard.Record.Address != Record.Address
            ? $"this id was heard from {heard.Record.Place}: an earlier life elsewhere, or two nodes share one id"
            : "overtook an earlier life";

    private void Raise(long above, string reason) => Change(Record with { Incarnation = Above(above) }, reason);

    private static long Above(long incarnation) => Math.Min(incarnation + 1, MemberLimits.Incarnation);

    private void Change(MemberRecord next, string reason)
    {
        var before = Record;
        Record = next;
        rumours.Add(Update);
        if (before != next)
        {
            changes.Add(new MemberChange(before, next, reason));
        }
    }
}
