using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using Xunit;
using static MySqlHa.Tests.Failover.ThreeNodes;

namespace MySqlHa.Tests.Failover;

/// <summary>Whom an empty node A clones from, where B follows and C leads.</summary>
public sealed class DonorTests
{
    private static readonly GtidSet Data = GtidSet.Of("11111111-1111-1111-1111-111111111111", 1);

    [Fact]
    public void A_follower_is_cloned_from_before_the_leader() => Assert.Equal(B, DonorOf(Seen(clonesFailed: 0)));

    [Fact]
    public void After_a_clone_that_failed_the_next_donor_is_tried_and_then_the_first_again()
    {
        Assert.Equal(C, DonorOf(Seen(clonesFailed: 1)));
        Assert.Equal(B, DonorOf(Seen(clonesFailed: 2)));
    }

    [Fact]
    public void A_lone_donor_is_tried_again()
    {
        var seen = Seen(clonesFailed: 1);
        Assert.Equal(C, DonorOf(seen with { Reports = seen.Reports.Remove(B) }));
    }

    [Fact]
    public void A_donor_that_serves_another_clone_is_waited_for()
    {
        var seen = Seen(clonesFailed: 0);
        var waits = DutyPolicy.Decide(seen with
        {
            Reports = seen.Reports.SetItem(B, Report(B, GtidSet.Empty) with { Mysqld = MysqldState.Cloning, Status = null }),
        });
        Assert.Equal("no-donor", Assert.IsType<DutyAct.Hold>(waits).Why.Code);
    }

    [Fact]
    public void A_founding_member_that_lost_its_data_is_cloned_and_one_that_begins_empty_follows()
    {
        Assert.Equal(B, DonorOf(Lost(attachedAckers: 1)));
        _ = Assert.IsType<DutyAct.Follow>(DutyPolicy.Decide(Seen(clonesFailed: 0) with { Local = LocalRecord.Initial }));
    }

    [Fact]
    public void Where_commits_wait_for_it_a_member_that_lost_its_data_follows() =>
        Assert.IsType<DutyAct.Follow>(DutyPolicy.Decide(Lost(attachedAckers: 0)));

    [Fact]
    public void Of_several_followers_the_one_tagged_clonefrom_is_taken_first()
    {
        var d = NodeId.Parse(new string('d', 32));
        var seen = Seen(clonesFailed: 0);
        seen = seen with { Reports = seen.Reports.Add(d, Report(d, Data) with { RoleEpoch = 1 }) };
        var members = seen.State.Members.Add(d, new MemberInfo(d, "nd", new NodeAddress("10.0.0.4")));

        Assert.Equal(B, DonorOf(seen with { State = seen.State with { Members = members } }));
        var tagged = members.SetItem(d, members[d] with { Tags = new NodeTags(CloneFrom: true) });
        Assert.Equal(d, DonorOf(seen with { State = seen.State with { Members = tagged } }));
    }

    private static DutyInput Lost(int attachedAckers)
    {
        var seen = Seen(clonesFailed: 0);
        var leader = seen.Reports[C];
        return seen with
        {
            Local = new LocalRecord { Attachment = new Attachment(1, "boot", Receipts.Replaced) },
            Reports = seen.Reports.SetItem(C, leader with { Status = leader.Status! with { AttachedAckers = attachedAckers } }),
        };
    }

    private static NodeId DonorOf(DutyInput seen) => Assert.IsType<DutyAct.Reseed>(DutyPolicy.Decide(seen)).Donor;

    internal static DutyInput Seen(int clonesFailed) => new()
    {
        Self = A,
        State = Founded with { Epochs = [Epoch(1, C) with { Established = true }] },
        Local = new LocalRecord { Joined = true },
        Mysqld = new MysqldView
        {
            State = MysqldState.Running,
            Duty = MysqldDuty.Promised,
            Status = new MysqldStatus { ServerUuid = "mine" },
            ClonesFailed = clonesFailed,
        },
        BootId = "boot",
        LeaseHeld = false,
        Fresh = true,
        Reports = new[] { Report(B, Data) with { RoleEpoch = 1 }, Report(C, Data) with { RoleEpoch = 1, Leading = true } }
            .ToImmutableSortedDictionary(r => r.Node, r => r),
    };
}
