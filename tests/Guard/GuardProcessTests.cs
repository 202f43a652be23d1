using System.Diagnostics;
using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Guard;
using MySqlHa.Supervision;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Guard;

/// <summary>The guard as a process, with a process in mysqld's place that does nothing but live.</summary>
public sealed class GuardProcessTests(ITestOutputHelper output) : IDisposable
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);
    private readonly Process _victim = Process.Start("sleep", ["600"]);

    private ProcessName? _name; // read while it lives: a guard that starts late kills at once

    private ProcessName Victim => _name ??= ProcessName.Of(_victim.Id);

    public void Dispose()
    {
        _victim.Kill();
        _victim.WaitForExit();
        _victim.Dispose();
    }

    [Fact]
    public async Task It_kills_at_the_deadline_and_not_before()
    {
        using var guard = new RunningGuard();
        var deadline = RunningGuard.Now + TimeSpan.FromSeconds(1.5);
        var sign = await guard.OrderAsync(Victim, deadline);
        Assert.Equal(Victim, sign.Held);
        Instant seenAlive;
        do
        {
            seenAlive = RunningGuard.Now;
            await Task.Delay(1);
        }
        while (!_victim.HasExited);
        Assert.True(RunningGuard.Now >= deadline, "killed before its deadline");
        output.WriteLine($"dead {(RunningGuard.Now - deadline).TotalMilliseconds:0.0} ms behind the deadline; {guard.Printed}");
        Assert.True(RunningGuard.Now - deadline < TimeSpan.FromSeconds(5), "killed long after its deadline");
        Assert.True(seenAlive < deadline + TimeSpan.FromSeconds(5));
        Assert.Equal(137, _victim.ExitCode); // SIGKILL
        await guard.UntilAsync("it says so", () => guard.Printed.Contains($"killed mysqld {_victim.Id}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_deadline_that_is_advanced_or_lifted_in_time_kills_nobody()
    {
        using var guard = new RunningGuard();
        for (var i = 0; i < 30; i++)
        {
            _ = await guard.OrderAsync(Victim, RunningGuard.Now + TimeSpan.FromSeconds(4));
        }

        var last = RunningGuard.Now + TimeSpan.FromSeconds(4);
        _ = await guard.OrderAsync(Victim, last);
        _ = await guard.OrderAsync(Victim, Instant.Never);
        await guard.UntilAsync("the lifted deadline is over", () => RunningGuard.Now > last + TimeSpan.FromMilliseconds(200));
        Assert.False(_victim.HasExited);
    }

    [Fact]
    public async Task Garbage_changes_nothing_the_order_before_it_stands()
    {
        using var guard = new RunningGuard();
        _ = await guard.OrderAsync(Victim, RunningGuard.Now + TimeSpan.FromSeconds(1));
        guard.Write("order 1 mysqld x");
        await guard.UntilAsync("it kills all the same", () => _victim.HasExited);

        using var other = Process.Start("sleep", ["600"]);
        var name = ProcessName.Of(other.Id);
        _ = await guard.OrderAsync(name, RunningGuard.Now + Long);
        guard.Write(new GuardOrder(RunningGuard.Now, name, RunningGuard.Now).Line("another-boot"));
        var sign = await guard.OrderAsync(name, Instant.Never);
        Assert.Equal(name, sign.Held);
        Assert.False(other.HasExited);
        other.Kill();
    }

    [Fact]
    public async Task A_process_that_got_the_number_of_mysqld_is_spared()
    {
        using var guard = new RunningGuard();
        var earlier = Victim with { StartTime = Victim.StartTime - 1 };
        var sign = await guard.OrderAsync(earlier, RunningGuard.Now);
        Assert.True(sign.Held.IsNone);
        _ = await guard.OrderAsync(ProcessName.None, Instant.Never);
        Assert.False(_victim.HasExited);
    }

    [Fact]
    public async Task A_new_guard_goes_by_the_order_that_the_dead_one_had()
    {
        using var guard = new RunningGuard();
        _ = await guard.OrderAsync(Victim, RunningGuard.Now + TimeSpan.FromSeconds(3));
        guard.Process.Kill();
        await guard.Process.WaitForExitAsync();
        var second = guard.Begin();
        await guard.UntilAsync("the second one kills", () => _victim.HasExited);
        Assert.False(second.HasExited);
    }

    [Fact]
    public async Task A_second_guard_of_the_same_node_does_not_start()
    {
        using var guard = new RunningGuard();
        _ = await guard.OrderAsync(Victim, Instant.Never);
        var second = guard.Begin();
        await guard.UntilAsync("the second one ends", () => second.HasExited);
        Assert.Equal(1, second.ExitCode);
        Assert.Contains("another guard of this node runs already", guard.Printed, StringComparison.Ordinal);
        Assert.False(guard.Process.HasExited);
    }

    [Fact]
    public async Task It_ends_when_neither_an_agent_nor_a_mysqld_is_there()
    {
        using var guard = new RunningGuard("--until-idle");
        _ = await guard.OrderAsync(Victim, Instant.Never);
        _victim.Kill();
        await guard.UntilAsync("it ends", () => guard.Process.HasExited);
        Assert.Equal(0, guard.Process.ExitCode);
    }

    [Fact]
    public async Task It_costs_next_to_nothing()
    {
        using var guard = new RunningGuard();
        for (var i = 0; i < 500; i++)
        {
            _ = await guard.OrderAsync(Victim, RunningGuard.Now + Long);
        }

        var cpu = Cpu(guard.Process.Id);
        for (var i = 0; i < 500; i++)
        {
            _ = await guard.OrderAsync(Victim, RunningGuard.Now + Long);
        }

        var perOrder = (Cpu(guard.Process.Id) - cpu).TotalMilliseconds / 500;
        var status = await File.ReadAllLinesAsync($"/proc/{guard.Process.Id}/status");
        long KiB(string key) => Number(
            status.Single(l => l.StartsWith(key, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        output.WriteLine($"{perOrder:0.000} ms of CPU an order; resident {KiB("VmRSS:")} KiB, of it its own {KiB("RssAnon:")} KiB");
        Assert.True(perOrder < 2, $"{perOrder} ms of CPU for each order");
        Assert.True(KiB("RssAnon:") < 60 * 1024, $"{KiB("RssAnon:")} KiB");
    }

    private static TimeSpan Cpu(int pid)
    {
        var fields = File.ReadAllText($"/proc/{pid}/stat").Split(") ")[1].Split(' ');
        return TimeSpan.FromMilliseconds(10 * (Number(fields[11]) + Number(fields[12])));
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);
}
