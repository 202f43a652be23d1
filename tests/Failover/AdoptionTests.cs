using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>
/// The controller's part in beginning a cluster with data that one node brings. The moment in which that data is on one node only is
/// too short for random faults to hit, so it is set up here.
/// </summary>
public sealed class AdoptionTests
{
    private static readonly GtidSet Brought = GtidSet.Of("11111111-1111-1111-1111-111111111111", 1);
    private static readonly GtidSet Others = GtidSet.Of("22222222-2222-2222-2222-222222222222", 1);

    [Fact]
    public void The_node_that_brings_data_leads_first_and_is_waited_for_however_long_it_takes()
    {
        var late = Seen(Founded, Report(A, GtidSet.Empty), Report(B, GtidSet.Empty)) with { FoundingPatienceOver = true };
        var waits = ControllerPolicy.Decide(late);
        Assert.Null(waits.Proposal);
        Assert.Equal("waiting-for-adoption", Assert.Single(waits.Reasons).Code);
        Assert.Contains("nc (10.0.0.3)", waits.Reasons[0].Text, StringComparison.Ordinal);

        var stuck = Report(C, GtidSet.Empty) with
        {
            Mysqld = MysqldState.Absent,
            Status = null,
            Problems = [new Reason("initialise", "not yet"), new Reason("adopt-refused", "it has a wart")],
        };
        var told = ControllerPolicy.Decide(Seen(Founded, Report(A, GtidSet.Empty), stuck)).Reasons[0].Text;
        Assert.EndsWith("the data that it brings: it has a wart", told, StringComparison.Ordinal);

        var here = ControllerPolicy.Decide(Seen(Founded, Report(A, GtidSet.Empty), Report(B, GtidSet.Empty), Report(C, Brought)));
        Assert.Equal(C, Assert.IsType<OpenEpoch>(here.Proposal).Epoch.Leader);
    }

    [Fact]
    public void Two_founding_members_with_different_data_are_named_with_what_they_hold()
    {
        var seen = Seen(Founded with { Adopter = null }, Report(A, Others), Report(B, GtidSet.Empty), Report(C, Brought));
        var differs = ControllerPolicy.Decide(seen);
        Assert.Null(differs.Proposal);
        var reason = Assert.Single(differs.Reasons);
        Assert.Equal("data-differs", reason.Code);
        Assert.Contains($"na (10.0.0.1) holds {Others}; nc (10.0.0.3) holds {Brought}", reason.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("nb", reason.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Behind_the_first_epoch_only_a_node_that_holds_what_was_brought_may_lead()
    {
        var closed = Founded with { Epochs = [First(Brought)] };

        // Nobody acknowledged a commit of the epoch, so by the epoch alone two empty nodes would be enough.
        var empty = Seen(closed, Promised(A, GtidSet.Empty), Promised(B, GtidSet.Empty));
        Assert.Null(ControllerPolicy.Decide(empty).Proposal);
        var mutant = empty with { Faults = new ControllerFaults { ForgetAdopted = true } };
        Assert.IsType<OpenEpoch>(ControllerPolicy.Decide(mutant).Proposal);

        var cloned = Seen(closed, Promised(A, GtidSet.Empty), Promised(B, Brought));
        Assert.Equal(B, Assert.IsType<OpenEpoch>(ControllerPolicy.Decide(cloned).Proposal).Epoch.Leader);
        var back = Seen(closed, Promised(A, GtidSet.Empty), Promised(C, Brought) with { Led = 1, Released = 1 });
        Assert.Equal(C, Assert.IsType<OpenEpoch>(ControllerPolicy.Decide(back).Proposal).Epoch.Leader);
    }

    [Fact]
    public void A_full_disk_is_the_last_choice()
    {
        var closed = Founded with { Adopter = null, Epochs = [First(GtidSet.Empty) with { Established = true }] };
        var seen = Seen(closed, Promised(A, Others) with { DiskFull = true }, Promised(B, Others));
        Assert.Equal(B, Assert.IsType<OpenEpoch>(ControllerPolicy.Decide(seen).Proposal).Epoch.Leader);
    }

    private static ClusterState Founded => ThreeNodes.Founded with { Adopter = C };

    private static EpochRecord First(GtidSet set) =>
        Epoch(1, C) with { FirstSet = set, Closed = true, CloseReason = "the leader's mysqld died" };

    private static ControllerInput Seen(ClusterState state, params MemberReport[] reports) => new()
    {
        State = state,
        Voters = [A, B, C],
        Reports = reports.ToImmutableSortedDictionary(r => r.Node, r => r),
        LeaseLapsed = true,
    };

    private static MemberReport Promised(NodeId node, GtidSet held) =>
        Report(node, held) with { Promise = new Promise(1, held, "boot", Receipts.Whole) };
}
