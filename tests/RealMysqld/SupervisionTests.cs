using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

[Collection(RealMysqld.Name)]
public sealed class SupervisionTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_first_start_has_every_account_no_transaction_and_is_closed_in_every_respect()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var status = await node.StatusAsync();
        Assert.True(status is { SuperReadOnly: true, ReadOnly: true, OfflineMode: true }, status.ToString());
        Assert.True(status.SemiSync is { SourceEnabled: false, ReplicaEnabled: false });
        Assert.Equal(ReplicationState.None, status.Receiver.State);
        Assert.True(status.Executed.IsEmpty, status.Executed.ToString());
        _ = await Assert.ThrowsAnyAsync<DbException>(node.ClientAsync);
        var arguments = await File.ReadAllTextAsync($"/proc/{node.Mysqld.Pid}/cmdline");
        Assert.DoesNotContain(MysqldTemplate.Accounts.Agent.Password, arguments);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(node.Options.ConfigFile));
        Assert.Empty(Directory.EnumerateFiles(template.Root, "init.sql", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_mysqld_is_adopted_by_the_next_agent_and_its_end_is_seen_at_once()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        var adopted = MysqldProcess.TryAdopt(node.Options);
        Assert.NotNull(adopted);
        Assert.True(adopted is { WasAdopted: true } && adopted.Pid == node.Mysqld.Pid && adopted.StartTime == node.Mysqld.StartTime);

        // A session of its own: what is sent to the agent's does not reach it.
        var session = (await File.ReadAllTextAsync($"/proc/{adopted.Pid}/stat")).Split(") ")[1].Split(' ')[3];
        Assert.Equal($"{adopted.Pid}", session);

        // The record lost: the process is found by what it was told.
        File.Delete(node.Options.RecordFile);
        Assert.Equal(node.Mysqld.Pid, MysqldProcess.TryAdopt(node.Options)?.Pid);
        Assert.True(File.Exists(node.Options.RecordFile));

        var started = Stopwatch.GetTimestamp();
        adopted.Kill();
        var report = await node.Mysqld.Exited.WaitAsync(TestNode.Within(5));
        _ = await adopted.Exited.WaitAsync(TestNode.Within(5));
        Assert.Equal(9, report.Signal);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1), $"{Stopwatch.GetElapsedTime(started)}");
        Assert.Null(MysqldProcess.TryAdopt(node.Options));
        adopted.Kill(); // harmless

        // Killed, it left its socket and lock behind; the next start is not misled by them.
        Assert.True(File.Exists(node.Options.Socket + ".lock"));
        await node.StartAgainAsync();
        Assert.True((await node.StatusAsync()).SuperReadOnly);
    }

    [Fact]
    public async Task A_process_that_got_the_number_of_a_dead_mysqld_is_not_adopted()
    {
        var options = template.NodeOptions(1);
        _ = Directory.CreateDirectory(options.RunDirectory);
        using var stranger = Process.Start("sleep", ["60"]);
        try
        {
            var boot = File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();
            var start = LinuxProcess.StartTime(stranger.Id);
            await File.WriteAllTextAsync(options.RecordFile, $$"""{"Pid":{{stranger.Id}},"StartTime":{{start}},"BootId":"{{boot}}"}""");
            Assert.Null(MysqldProcess.TryAdopt(options));
            Assert.False(stranger.HasExited);
        }
        finally
        {
            stranger.Kill();
            Directory.Delete(Path.GetDirectoryName(options.DataDirectory)!, recursive: true);
        }
    }

    [Fact]
    public async Task A_second_mysqld_on_the_same_data_or_port_is_refused_with_the_reason()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        Assert.Equal(SupervisionError.DataInUse, (await RefusedAsync(node.Options)).Error);

        var other = template.NodeOptions(2) with { Host = node.Options.Host };
        template.CopyTo(other);
        Assert.Equal(SupervisionError.PortTaken, (await RefusedAsync(other)).Error);

        // Out of sight of our own look: mysqld's words are quoted.
        var broken = other with { Host = "127.0.41.2", Settings = other.Settings.Add("no_such_setting", "1") };
        var refused = await RefusedAsync(broken);
        Assert.Equal(SupervisionError.ExitedDuringStart, refused.Error);
        Assert.Contains("no_such_setting", refused.Message, StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(other.DataDirectory)!, recursive: true);
    }

    [Fact]
    public async Task Foreign_data_is_left_alone_and_a_half_made_directory_is_made_again()
    {
        var options = template.NodeOptions(5);
        _ = Directory.CreateDirectory(options.DataDirectory);
        var file = Path.Combine(options.DataDirectory, "ibdata1");
        await File.WriteAllTextAsync(file, "somebody's");
        Assert.Equal(DataDirectoryState.ForeignData, DataDirectory.Inspect(options.DataDirectory));
        var init = await Assert.ThrowsAsync<SupervisionException>(() => MysqldProcess.InitialiseAsync(options, "", TestNode.Within(30)));
        Assert.Equal(SupervisionError.ForeignData, init.Error);
        Assert.Equal(SupervisionError.ForeignData, (await RefusedAsync(options)).Error);
        Assert.Equal("somebody's", await File.ReadAllTextAsync(file));
        Directory.Delete(options.DataDirectory, recursive: true);

        // A crash in the middle leaves this behind.
        _ = Directory.CreateDirectory(options.DataDirectory + ".initialising/data/mysql");
        Assert.Equal(DataDirectoryState.HalfInitialised, DataDirectory.Inspect(options.DataDirectory));
        Assert.Equal(SupervisionError.NotInitialised, (await RefusedAsync(options)).Error);
        var wrong = await Assert.ThrowsAsync<SupervisionException>(() =>
            MysqldProcess.InitialiseAsync(options, "GRANT NONSENSE;\n", TestNode.Within(60)));
        Assert.Equal(SupervisionError.InitialisationFailed, wrong.Error);
        Assert.Equal(DataDirectoryState.HalfInitialised, DataDirectory.Inspect(options.DataDirectory));
        await MysqldProcess.InitialiseAsync(options, BootstrapSql.Render(MysqldTemplate.Accounts), TestNode.Within(60));
        Assert.Equal(DataDirectoryState.OurData, DataDirectory.Inspect(options.DataDirectory));
        Assert.False(Directory.Exists(options.DataDirectory + ".initialising"));
    }

    [Fact]
    public async Task A_frozen_mysqld_costs_a_probe_no_more_than_its_deadline_and_answers_again_when_thawed()
    {
        await using var node = await TestNode.StartAsync(template, 1);
        await SignalAsync(node, "-STOP");
        for (var i = 0; i < 10; i++)
        {
            var started = Stopwatch.GetTimestamp();
            Assert.IsType<ProbeOutcome.Hangs>(await node.Server.ProbeAsync(TestNode.Within(0.1)));
            Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
        }

        var fence = await node.Server.CloseToClientsAsync(TimeSpan.FromSeconds(0.1), CancellationToken.None);
        Assert.IsType<Outcome<Nothing>.Unknown>(fence);
        await SignalAsync(node, "-CONT");
        var deadline = TestNode.Within(10);
        while (await node.Server.ProbeAsync(TestNode.Within(1)) is not ProbeOutcome.Answered)
        {
            deadline.ThrowIfCancellationRequested();
        }
    }

    [Fact]
    public async Task The_binary_is_known_by_its_version()
    {
        var binary = await MysqldBinary.InspectAsync(MysqldOnThisMachine.Mysqld, TestNode.Within(10));
        Assert.True(binary.Version >= MysqldBinary.Oldest);
    }

    private static async Task SignalAsync(TestNode node, string signal)
    {
        using var kill = Process.Start("kill", [signal, $"{node.Mysqld.Pid}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
    }

    private static Task<SupervisionException> RefusedAsync(MysqldOptions options) =>
        Assert.ThrowsAsync<SupervisionException>(() => MysqldProcess.StartAsync(options, TestNode.Within(30)));
}
