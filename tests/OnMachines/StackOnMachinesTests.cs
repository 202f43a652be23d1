using System.Text.RegularExpressions;
using MySqlHa.Machines.Engine;
using MySqlHa.Machines.Hosts;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>
/// The program of infra/ run for real: three machines with systemd, sshd and disks of their own. A story: each test goes on where the
/// one before it ended, and what a failed one leaves is met by the next.
/// </summary>
[Collection("machines")]
[TestCaseOrderer("MySqlHa.Tests.OnMachines.StoryOrder", "MySqlHaStack.Tests")]
public sealed partial class StackOnMachinesTests(StackRoom room) : IClassFixture<StackRoom>
{
    private const string ShowKeys = "sudo /usr/local/bin/mysqlha ring show /etc/mysqlha/ring.key";

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(1)]
    public async Task A_machine_that_cannot_install_fails_the_run_with_its_sentence_and_a_repeated_up_continues()
    {
        var faults = new Dictionary<string, MachineFault>
        {
            ["node1"] = MachineFault.WrongArchitecture, ["node2"] = MachineFault.FullDisk, ["node3"] = MachineFault.NoNetwork,
        };
        await FailsAsync(faults, "node1", "its processor is i686");
        await FailsAsync(faults, "node2", "its root disk has .* MiB free");
        await FailsAsync(faults, "node3", "the package archive cannot be reached");
    }

    [MachinesFact]
    [Step(2)]
    public async Task Up_ends_with_outputs_that_answer_from_three_machines_with_systemd()
    {
        var (good, told) = await room.UpAsync();
        Assert.True(good, told);
        Assert.Equal(3, room.Machines.Count);
        foreach (var machine in room.Machines)
        {
            Assert.Equal("systemd", await room.SaysAsync(machine, "cat /proc/1/comm"));
            Assert.Equal("active", await room.SaysAsync(machine, "systemctl is-active mysqlha.service"));
        }

        await using var connection = await room.ConnectToLeaderAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT @@super_read_only + @@offline_mode";
        Assert.Equal("0", Convert.ToString(await command.ExecuteScalarAsync(), System.Globalization.CultureInfo.InvariantCulture));
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var census = await http.GetStringAsync(new Uri(room.Output("censusUrl")));
        Assert.All(room.Machines, machine => Assert.Contains(machine.Record.Address, census, StringComparison.Ordinal));
        Assert.DoesNotContain(room.Output("adminPassword"), told, StringComparison.Ordinal);
    }

    [MachinesFact]
    [Step(3)]
    public async Task A_second_up_changes_nothing()
    {
        var (good, told) = await room.UpAsync();
        Assert.True(good, told);
        Assert.Matches(@"Resources: \d+ unchanged \(", told);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(4)]
    public async Task Each_step_can_be_run_again_and_nothing_restarts()
    {
        var before = await ProcessesAsync();
        var steps = room.State.Resources.Where(r => r.Type == "command:remote:Command").ToList();
        Assert.True(steps.Count > 12);
        foreach (var step in steps)
        {
            using var ssh = await SshConnection.DialAsync(step.Inputs["connection"]!.AsObject(), default);
            var again = await ssh.RunAsync((string)step.Inputs["create"]!, null, (string?)step.Inputs["stdin"], null, default);
            Assert.True(again.Good, $"{step.Name}: {again.Out}{again.Error}");
        }

        Assert.Equal(before, await ProcessesAsync());
    }

    [MachinesFact]
    [Step(5)]
    public async Task The_leaders_machine_loses_power_and_the_next_up_shows_the_new_leader_and_changes_nothing()
    {
        var old = room.At(room.Output("leaderIp"));
        await old.PowerOffAsync();
        var (good, told) = await room.UpAsync();
        Assert.True(good, told);
        Assert.Matches(@"Resources: \d+ unchanged \(", told);
        Assert.NotEqual(old.Record.Address, room.Output("leaderIp"));

        _ = await room.DeskAsync(desk => desk.StartAsync(old.Record.Name, default));
        await StackRoom.FollowsAsync(old, within: 60);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(6)]
    public async Task A_new_version_comes_to_one_node_at_a_time_the_leader_last_and_no_write_is_lost()
    {
        var leader = room.At(room.Output("leaderIp")).Record.Name;
        await using var writer = await RowWriter.StartAsync(room);
        var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["agentArchive"] = room.AnotherVersion() });
        Assert.True(good, told);

        // "starts release" and "runs release" of one node, then of the next; the one that led is the last.
        var course = Course().Matches(told).Select(m => (Node: m.Groups[1].Value, Word: m.Groups[2].Value)).ToList();
        var starts = course.Where(c => c.Word == "starts").Select(c => c.Node).ToList();
        Assert.Equal(3, starts.Distinct().Count());
        Assert.Equal(3, starts.Count);
        Assert.Equal(leader, starts[^1]);
        foreach (var (step, index) in course.Select((c, i) => (c, i)).Where(p => p.c.Word == "starts"))
        {
            Assert.Equal((step.Node, "runs"), course[index + 1]);
        }

        var versions = await Task.WhenAll(room.Machines.Select(m => room.SaysAsync(m, "readlink /opt/mysqlha/current")));
        _ = Assert.Single(versions.Distinct());
        await writer.NothingIsLostAsync(atLeast: 100);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(7)]
    public async Task The_ring_gets_another_key_by_hand_of_which_the_stack_knows_nothing()
    {
        var machines = room.Machines;
        var key = await room.SaysAsync(machines[0], "mysqlha ring new --name rotated");
        foreach (var machine in machines)
        {
            var put = await room.SshAsync(machine, "sudo sh -c 'umask 077; cat >/etc/mysqlha/new.key'", key);
            Assert.True(put.Good, put.Error);
        }

        foreach (var step in new[] { "accept", "use", "finish" })
        {
            foreach (var machine in machines)
            {
                _ = await room.SaysAsync(machine, $"sudo /usr/local/bin/mysqlha ring rotate --new /etc/mysqlha/new.key --step {step}");
            }
        }

        Assert.Contains("rotated-", await room.SaysAsync(machines[0], ShowKeys), StringComparison.Ordinal);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(8)]
    public async Task A_deleted_machine_is_replaced_while_the_others_serve()
    {
        var lost = room.Machines.First(m => m.Record.Address != room.Output("leaderIp"));
        await using var writer = await RowWriter.StartAsync(room);
        await lost.DeleteAsync();
        var (good, told) = await room.UpAsync();
        Assert.True(good, told);
        var next = room.At(lost.Record.Address);
        Assert.NotEqual(lost.Record.Id, next.Record.Id);
        await StackRoom.FollowsAsync(next, within: 60);
        Assert.Equal(3, room.Machines.Count);
        var keys = await Task.WhenAll(room.Machines.Select(m => room.SaysAsync(m, ShowKeys)));
        _ = Assert.Single(keys.Distinct()); // the one of now, not the stack's first
        await writer.NothingIsLostAsync(atLeast: 100);
    }

    [MachinesFact]
    [Trait("Length", "long")]
    [Step(9)]
    public async Task Three_nodes_become_five_and_three_again_by_one_number_while_they_serve()
    {
        await using var writer = await RowWriter.StartAsync(room);
        foreach (var count in new[] { 5, 3 })
        {
            var nodes = count.ToString(System.Globalization.CultureInfo.InvariantCulture);
            var (good, told) = await room.UpAsync(new Dictionary<string, string> { ["nodes"] = nodes });
            Assert.True(good, told);
            Assert.Equal(count, room.Machines.Count);
            await room.VoteAsync(count, within: 60);
        }

        await writer.NothingIsLostAsync(atLeast: 100);
    }

    [MachinesFact]
    [Step(10)]
    public async Task Destroy_leaves_no_machine_interface_mount_device_group_table_or_process()
    {
        var home = room.Place.Home;
        var (exit, told) = await room.DeskAsync(desk => desk.DownAsync(force: false, default));
        Assert.True(exit == 0, told);
        Assert.False(Directory.Exists(home));
        Assert.False(Directory.Exists(room.Place.ControlGroup));
        Assert.False(Directory.Exists(room.Place.MirroredGroup));
        Assert.DoesNotContain(room.Place.Name, await Shell.MustAsync("ip", "-o", "link"), StringComparison.Ordinal);
        Assert.DoesNotContain(room.Place.Name, await Shell.MustAsync("nft", "list", "tables"), StringComparison.Ordinal);
        var files = await Shell.MustAsync("losetup", "--list", "--noheadings", "--output", "BACK-FILE");
        Assert.DoesNotContain(home, files, StringComparison.Ordinal);
        foreach (var process in Directory.GetDirectories("/proc").Where(d => int.TryParse(Path.GetFileName(d), out _)))
        {
            Assert.DoesNotContain(home, Read(Path.Combine(process, "cmdline")), StringComparison.Ordinal);
            Assert.DoesNotContain(home, Read(Path.Combine(process, "mountinfo")), StringComparison.Ordinal);
        }
    }

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // it ended meanwhile
        }
    }

    [GeneratedRegex(@": (node\d): (starts|runs) release ")]
    private static partial Regex Course();

    private async Task FailsAsync(Dictionary<string, MachineFault> faults, string node, string sentence)
    {
        var (good, told) = await room.UpAsync(faults: faults);
        Assert.False(good, told);
        Assert.Matches($@"(?m)^{node} \([0-9.]+\): {sentence}", told);
        Assert.Matches($"(?m)^error: command:remote:Command {node}-", told);
        Assert.Equal(0, (await room.DeskAsync(desk => desk.HealAsync(node, default))).Exit);
    }

    /// <summary>Agent and mysqld of each node, by number and start.</summary>
    private async Task<string> ProcessesAsync()
    {
        const string Each =
            "for p in /proc/[0-9]*; do case $(cat $p/comm) in mysqlha | mysqld) cut -d ' ' -f 1,2,22 $p/stat ;; esac; done 2>/dev/null"
            + " | sort";
        var nodes = await Task.WhenAll(room.Machines.Select(async m => (m.Record.Name, Processes: await room.SaysAsync(m, Each))));
        Assert.All(nodes, node => Assert.Contains("(mysqld)", node.Processes, StringComparison.Ordinal));
        return string.Join('\n', nodes);
    }
}
