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
        var end = EndOf(step, lag: 0, paused: true, Sight);
        Assert.Equal((outcome, "paused"), (end.Outcome, end.Reason.Code));
        Assert.Contains(text, end.Reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Why_a_node_is_not_back_is_told()
    {
        var late = Sight with { For = RollingPolicy.BackPatience };
        var end = EndOf(new RollingStep(B, HandsOver: false, BeganAt: 1) { Token = 5, Pid = 76 }, lag: 40, paused: false, late);
        Assert.Equal((OperatorOutcome.Unknown, "not-back"), (end.Outcome, end.Reason.Code));
        const string Why = "nb does not follow again after 10 minutes: nb (10.0.0.2) is 40.0 s behind; at most 5 s";
        Assert.Equal(Why, end.Reason.Text);
    }

    /// <summary>B follows A and has 77 for the number of its mysqld; C controls.</summary>
    private static OperatorAnswer EndOf(RollingStep step, double lag, bool paused, RollingSight sight)
    {
        var report = Report(B, GtidSet.Empty);
        report = report with
        {
            RoleEpoch = 1,
            MysqldPid = 77,
            Understands = MemberReport.Present,
            Status = report.Status! with { ReceiverRunning = true, ApplierRunning = true, LagSeconds = lag },
        };
        var seen = new ControllerInput
        {
            State = Founded.Apply(new OpenEpoch(Epoch(1, A))).Apply(new EstablishEpoch(1)) with { Paused = paused },
            Voters = [A, B, C],
            Reports = ImmutableSortedDictionary.CreateRange([KeyValuePair.Create(B, report)]),
            LeaseLapsed = false,
            Self = C,
        };
        var act = RollingPolicy.Decide(seen, new RollingRestart { Revision = 1, At = 1, Driver = C, Steps = [step] }, sight);
        return Assert.IsType<SetRolling>(act.Propose).Next.End!;
    }
}
