using System.Globalization;
using MySqlHa.Machines.Hosts;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>
/// One machine whose agent is alone: its disk grows under it, and it becomes the first of three. A story: each test goes on where the one
/// before it ended.
/// </summary>
[Collection("machines")]
[TestCaseOrderer("MySqlHa.Tests.OnMachines.StoryOrder", "MySqlHaStack.Tests")]
public sealed class OneMachineTests(StackRoom room) : IClassFixture<StackRoom>
{
    private const string Mysqld =
        "for p in /proc/[0-9]*; do [ \"$(cat $p/comm)\" != mysqld ] || cut -d ' ' -f 1,22 $p/stat; done 2>/dev/null";

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(1)]
    public async Task One_machine_leads_itself_and_another_up_changes_nothing()
    {
        if (!MayGrowExt4())
        {
            await GiveXfsAsync();
        }

        var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["nodes"] = "1" });
        Assert.True(good, told);
        var machine = Assert.Single(room.Machines);
        Assert.Equal(machine.Record.Address, room.Output("leaderIp"));
        Assert.Contains("alone", await room.SaysAsync(machine, "mysqlha explain"), StringComparison.Ordinal);
        (good, told) = await room.UpAsync();
        Assert.True(good, told);
        Assert.Matches(@"Resources: \d+ unchanged \(", told);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(2)]
    public async Task A_larger_volume_is_the_file_systems_while_clients_write_and_a_smaller_one_is_refused_in_a_preview()
    {
        var machine = room.Machines.Single();
        var mysqld = await room.SaysAsync(machine, Mysqld);
        var before = await SizeAsync();
        await using (var writer = await RowWriter.StartAsync(room))
        {
            var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["dataGb"] = "13" });
            Assert.True(good, told);
            Assert.Contains($"has grown its {Kind} to all 13 GiB of its data volume vol-", told, StringComparison.Ordinal);
            Assert.InRange(await SizeAsync() - before, 2.7 * (1 << 30), 3.3 * (1 << 30));

            var prepare = room.State.Resources.Single(r => r.Name == "node1-prepare");
            var again = await room.SshAsync(machine, (string)prepare.Inputs["create"]!, (string)prepare.Inputs["stdin"]!);
            Assert.True(again.Good, again.Error);
            Assert.DoesNotContain("has grown", again.Out, StringComparison.Ordinal);
            await writer.NothingIsLostAsync(atLeast: 10);
        }

        Assert.Equal(mysqld, await room.SaysAsync(machine, Mysqld));
        foreach (var preview in new[] { true, false })
        {
            var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["dataGb"] = "12" }, preview: preview);
            Assert.False(good, told);
            Assert.Matches(@"(?m)^  dataGb '12': mysql\.production-node1-data \(vol-\w+\) has 13 GiB, and an EBS volume can", told);
        }

        async Task<long> SizeAsync() =>
            long.Parse(await room.SaysAsync(machine, "df --output=size -B 1 /var/lib/mysqlha | tail -n 1"), CultureInfo.InvariantCulture);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(3)]
    public async Task One_becomes_three_by_one_number_while_it_serves_and_three_do_not_become_one()
    {
        var mysqld = await room.SaysAsync(room.Machines.Single(), Mysqld);
        await using var writer = await RowWriter.StartAsync(room);
        var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["nodes"] = "3", ["dataGb"] = "13" });
        Assert.True(good, told);
        Assert.Equal(3, room.Machines.Count);
        await room.VoteAsync(3, within: 60);
        Assert.Equal(room.Named("node1").Record.Address, room.Output("leaderIp"));
        Assert.Equal(mysqld, await room.SaysAsync(room.Named("node1"), Mysqld));
        foreach (var name in new[] { "node2", "node3" })
        {
            await StackRoom.FollowsAsync(room.Named(name), within: 60);
        }

        await writer.NothingIsLostAsync(atLeast: 100);

        (good, told) = await room.UpAsync(new Dictionary<string, string> { ["nodes"] = "1" }, preview: true);
        Assert.False(good, told);
        Assert.Contains("and a cluster does not shrink to one node", told, StringComparison.Ordinal);
        (good, told) = await room.UpAsync();
        Assert.True(good, told);
        Assert.Matches(@"Resources: \d+ unchanged \(", told);
    }

    private static string Kind => MayGrowExt4() ? "ext4" : "xfs";

    /// <summary>
    /// Whether the kernel lets this host grow an ext4 in use, which wants CAP_SYS_RESOURCE of it. An xfs wants less.
    /// </summary>
    private static bool MayGrowExt4()
    {
        const int SysResource = 24;
        var line = File.ReadLines("/proc/self/status").Single(l => l.StartsWith("CapEff:", StringComparison.Ordinal));
        return ((ulong.Parse(line.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture) >> SysResource) & 1) == 1;
    }

    /// <summary>The volume of a machine that is not wholly prepared yet is made one of xfs by hand; the stack goes on with it.</summary>
    private async Task GiveXfsAsync()
    {
        var faults = new Dictionary<string, MachineFault> { ["node1"] = MachineFault.NoNetwork };
        var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["nodes"] = "1" }, faults);
        Assert.False(good, told);
        Assert.Equal(0, (await room.DeskAsync(desk => desk.HealAsync("node1", default))).Exit);
        var machine = room.Machines.Single();
        var made = await room.SshAsync(
            machine,
            "sudo apt-get -q update && sudo apt-get -q install -y --no-install-recommends xfsprogs && sudo umount /var/lib/mysqlha"
            + " && sudo sed -i '/mysqlha/d' /etc/fstab && sudo mkfs.xfs -q -f /dev/nvme1n1");
        Assert.True(made.Good, made.Out + made.Error);
    }
}
