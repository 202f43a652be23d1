using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>What is said of a step that cannot go on.</summary>
public sealed class RollingPolicyTests
{
    private static readonly RollingSight Sight = new(TimeSpan.FromSeconds(1), DriverHeard: true, DriverPatienceOver: true, Token: 9);

    /// <summary>Its agent may have been told already, and the word may be on its way still.</summary>
    [Theory]
    [InlineData(0, OperatorOutcome.Refused, "is not restarted")]
    [InlineData(5, OperatorOutcome.Unknown, "may be restarted yet")]
    public void Of_one_that_was_told_to_restart_nobody_says_that_it_is_not(long token, OperatorOutcome outcome, string text)
    {
        var step = new RollingStep(B, HandsOver: false, BeganAt: 1) { Token = token, Pid = token == 0 ? 0 : 77 };
        var state = Founded.Apply(new OpenEpoch(Epoch(1, A))).Apply(new EstablishEpoch(1)) with { Paused = true };
        var report = Report(B, GtidSet.Empty) with { RoleEpoch = 1, MysqldPid = 77, Understands = MemberReport.Present };
        var seen = new ControllerInput
        {
            State = state,
            Voters = [A, B, C],
            Reports = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(B, report)]),
            LeaseLapsed = false,
            Self = C,
        };
        var act = RollingPolicy.Decide(seen, new RollingRestart { Revision = 1, At = 1, Driver = C, Steps = [step] }, Sight);
        var end = Assert.IsType<SetRolling>(act.Propose).Next.End!;
        Assert.Equal((outcome, "paused"), (end.Outcome, end.Reason.Code));
        Assert.Contains(text, end.Reason.Text, StringComparison.Ordinal);
    }
}
