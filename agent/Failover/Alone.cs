using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>
/// A cluster with one voter. Its commits wait for nobody (W = 0), so nobody else can be shown to hold them: behind a crash it leads again
/// with all that its own binary log holds, and no other node can (R9).
/// </summary>
internal static class Alone
{
    /// <summary>Why nothing but this node can lead, and what to do about it; null: others vote.</summary>
    public static Reason? Of(ControllerInput seen)
    {
        if (seen.Voters.Count != 1)
        {
            return null;
        }

        var (node, name) = (seen.Voters[0], seen.State.NameOf(seen.Voters[0]));
        var host = seen.State.Members.GetValueOrDefault(node)?.Address.Host ?? "HOST";
        return new Reason("no-failover-possible", seen.Standalone
            ? $"{name} is alone (topology standalone): no failover is possible. To grow, restart its agent with topology leader,"
                + $" then start two more with --peer {host}"
            : seen.State.Members.Count == 1
                ? $"{name} is the only member: no failover is possible. Start two more agents with --peer {host}, or 'mysqlha add' them"
            : $"only {name} votes yet: no failover is possible before two more members are ready to vote");
    }

    /// <summary>Why what an operator asks for makes no sense here; null: it may.</summary>
    public static Reason? Against(ControllerInput seen, OperatorRequest request) => request switch
    {
        // To open an epoch with whatever is left is for those who have nothing better.
        FailoverRequest { AcceptDataLoss: true } => null,
        SwitchoverRequest or SwitchoverCheckRequest or StepDownRequest => Of(seen),
        PlanSwitchoverRequest or DrillRequest or FailoverRequest => Of(seen),
        VotersRequest or AddRequest or VotingRequest when seen.Standalone => TakesNobody(seen),
        _ => null,
    };

    public static Reason TakesNobody(ControllerInput seen) => new(
        "standalone", $"{seen.State.NameOf(seen.Self)} is alone (topology standalone) and takes nobody in: to grow, restart its"
            + " agent with topology leader first");

    /// <summary>How many shall vote, where the node came to be among others, or to be alone again before anybody came.</summary>
    public static SetVotersTarget? Retargeted(ControllerInput seen)
    {
        var wanted = seen.Standalone ? 1 : seen.VotersWanted;
        return wanted > 0 && seen.State.Members.Count == 1 && seen.Voters.Count == 1 && seen.State.VotersTarget != wanted
            && (seen.Standalone || seen.State.VotersTarget == 1)
            ? new SetVotersTarget(wanted)
            : null;
    }
}
