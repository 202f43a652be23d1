using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Failover;

/// <summary>Whether a failover may be made to happen now, for practice: stricter than whether one could.</summary>
public static class DrillPolicy
{
    /// <summary>Every reason against it; empty: none.</summary>
    public static ImmutableArray<Reason> Refusals(ControllerInput seen)
    {
        if (seen.State.Current is not { Closed: false } open)
        {
            return [new Reason("no-leader", "there is no leader to lose")];
        }

        var explained = Outlook.Of(seen);
        var reasons = ImmutableArray.CreateBuilder<Reason>();
        reasons.AddRange(explained.Obstacles);
        if (!open.Established)
        {
            reasons.Add(new Reason("not-established", "no commit of the current epoch was acknowledged yet"));
        }

        if (seen.State.Switchover is not null)
        {
            reasons.Add(new Reason("switchover-under-way", "a switchover is under way already"));
        }

        if (seen.State.Plan is { } plan)
        {
            reasons.Add(new Reason("planned", $"{PlanPolicy.Describe(seen.State, plan)} is planned; cancel it first"));
        }

        if (seen.State.Leaving is { } leaving)
        {
            reasons.Add(new Reason("leaving", $"{seen.State.NameOf(leaving.Node)} is leaving"));
        }

        var leader = seen.Reports.GetValueOrDefault(open.Leader);
        if (leader is not { Mysqld: MysqldState.Running, Leading: true, Understands: >= MemberReport.HandOvers })
        {
            reasons.Add(new Reason(
                "leader-not-ready", $"{seen.State.NameOf(open.Leader)} does not lead a running mysqld, or its agent is older"));
        }

        var targets = ControllerPolicy.SwitchoverTargets(seen);
        if (targets.Length < open.AcksNeeded + 1)
        {
            // Else the next leader's commits would wait until the old one is back.
            var unable = open.Ackers.Except(targets).SelectMany(a => ControllerPolicy.FollowerRefusals(seen, open, a)).Select(r => r.Text);
            reasons.Add(new Reason(
                "too-few-followers",
                $"{targets.Length} followers are attached and able; one to lead and {open.AcksNeeded} to acknowledge are needed"
                    + string.Concat(unable.Select(u => $"; {u}"))));
        }

        if (reasons.Count == 0 && !explained.FailoverPossible)
        {
            reasons.Add(new Reason("nobody-next", "nobody could be said to lead next"));
        }

        return reasons.ToImmutable();
    }

    /// <summary>For the person who is asked whether to go on.</summary>
    public static OperatorAnswer WhatWouldHappen(ControllerInput seen)
    {
        var open = seen.State.Current!;
        var next = Outlook.Of(seen).Next is { } node ? $"; {seen.State.NameOf(node)} would lead next" : "";
        return new OperatorAnswer(OperatorOutcome.Done, new Reason(
            "can-drill",
            $"nothing is in the way: mysqld of {seen.State.NameOf(open.Leader)} would be killed{next}. Nothing was changed"));
    }
}
