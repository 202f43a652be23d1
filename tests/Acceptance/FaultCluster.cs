using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Sandbox;
using MySqlHa.Tests.House;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// The sandbox's cluster with more ways to hurt it: each node has a disk and a wall clock of its own where this machine can give it
/// them, single packets can be dropped, and a signal reaches a process within a millisecond.
/// </summary>
public sealed class FaultCluster : SandboxCluster
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };
    /// <summary>Where sandboxes are kept.</summary>
    public static readonly string Home = Environment.GetEnvironmentVariable("MYSQLHA_SANDBOX_HOME") is { Length: > 0 } home
        ? home
        : Path.Combine(Repository.Root, ".sandbox");

    private readonly Dictionary<int, LoopDisk> _disks = [];
    private readonly Dictionary<int, NodeClock> _clocks = [];
    private readonly List<DbConnection> _holds = [];

    internal PacketRules Packets { get; } = new();

    protected override string Timing => SoakTests.Timing ?? base.Timing;

    public override async Task InitializeAsync()
    {
        LoopDisk.UnmountLeftovers(Path.Combine(Home, BaseIp));
        await BuildAsync();
        await RunAsync("down");
        if (LoopDisk.Refusal is null)
        {
            foreach (var node in Numbers)
            {
                _disks[node] = new LoopDisk(Path.Combine(FolderOf(node), "data"));
            }
        }

        await base.InitializeAsync();
        if (NodeClock.Refusal is null)
        {
            // up starts them all alike, and each is to have a clock of its own.
            await RunAsync("down", "--keep-data");
            foreach (var node in Numbers)
            {
                _clocks[node] = new NodeClock(Path.Combine(FolderOf(node), "clock"));
                await StartAsync(node);
            }

            _ = await WholeAsync(within: 90);
        }
    }

    public override async Task DisposeAsync()
    {
        await MendAsync();
        await RunAsync("down", "--keep-data");
        foreach (var disk in _disks.Values)
        {
            disk.Dispose();
        }

        await base.DisposeAsync();
        foreach (var clock in _clocks.Values)
        {
            clock.Dispose();
        }
    }

    internal LoopDisk Disk(int node) => _disks[node];

    internal override async Task MendAsync()
    {
        _holds.ForEach(h => Abandon(h));
        _holds.Clear();
        foreach (var clock in _clocks.Values)
        {
            clock.Shift(TimeSpan.Zero);
        }

        foreach (var (node, disk) in _disks)
        {
            disk.Mend();
            if (disk.Broken)
            {
                // Who was in the middle of an exec when its agent was killed is not seen at first.
                await Eventually.HoldsAsync("nothing runs on the disk", async () =>
                {
                    await EndAsync(node);
                    return disk.TakeOut();
                });
                disk.Repair();
            }
        }

        if (PartitionFactAttribute.Refusal is null)
        {
            await Packets.ClearAsync();
        }
    }

    /// <summary>As the sandbox starts an agent, but with the node's own clock.</summary>
    internal override async Task StartAsync(int node)
    {
        var processes = Processes(node);
        if (processes.Agents.Count > 0 && !processes.All.Any(p => p.Stopped))
        {
            return;
        }

        if (processes.Agents.Count == 0 && _clocks.TryGetValue(node, out var clock))
        {
            var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = FolderOf(node) };
            var bin = Directory.ResolveLinkTarget(Path.Combine(Home, "bin"), returnFinalTarget: true)!;
            var program = Path.Combine(bin.FullName, "mysqlha");
            foreach (var word in (string[])["-c", "log=$1; shift; exec setsid env \"$@\" </dev/null >>\"$log\" 2>&1", "sh",
                Path.Combine(FolderOf(node), "agent.log"), .. clock.Environment, program, "agent", "--config",
                Path.Combine(FolderOf(node), "agent.yaml")])
            {
                start.ArgumentList.Add(word);
            }

            Process.Start(start)!.Dispose();
        }

        await base.StartAsync(node); // thaws it, and waits until it answers
    }

    internal override async Task RestartAsync(int node)
    {
        var agents = Processes(node).Agents;
        foreach (var agent in agents)
        {
            _ = Signal.Send(agent, Signal.Terminate);
        }

        await GoneAsync(agents, within: 10);
        await StartAsync(node);
    }

    /// <summary>At once, with no command in between.</summary>
    internal void Strike(int node, int signal, bool agent = false, bool mysqld = false, bool guard = false)
    {
        var processes = Processes(node);
        foreach (var process in (IEnumerable<LiveProcess>)[
            .. agent ? processes.Agents : [], .. guard ? processes.Guards : [], .. mysqld ? processes.Mysqlds : []])
        {
            _ = Signal.Send(process, signal);
        }
    }

    /// <summary>Another node leads an epoch later than this, by what the others say; asked again and again, to be there in time.</summary>
    internal async Task<int> SuccessorAsync(int leader, long epoch, double within)
    {
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            foreach (var node in Numbers.Where(n => n != leader))
            {
                try
                {
                    var view = await ViewAsync(node);
                    if (view.GetProperty("epoch").GetInt64() > epoch && view.TryGetProperty("leader", out var id)
                        && Member(view, id.GetString()) is { ValueKind: JsonValueKind.Object } member
                        && member.GetProperty("address").GetProperty("host").GetString() is var host
                        && Numbers.FirstOrDefault(n => AddressOf(n) == host) is > 0 and var found)
                    {
                        return found;
                    }
                }
                catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
                {
                    // Another one may answer.
                }
            }

            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, $"nobody followed node {leader} within {within} s");
            await Task.Delay(2);
        }
    }

    /// <summary>Waits until a node that was asked to is cloning; five seconds at most, as it may be done already.</summary>
    internal async Task CloningAsync(int node)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since).TotalSeconds < 5)
        {
            try
            {
                var view = await ViewAsync(node);
                if (Member(view, view.GetProperty("self").GetString()) is { ValueKind: JsonValueKind.Object } self
                    && self.GetRawText().Contains("clon", StringComparison.OrdinalIgnoreCase))
                {
                    return;
                }
            }
            catch (Exception e) when (e is HttpRequestException or TaskCanceledException)
            {
                // Busy: again.
            }

            await Task.Delay(5);
        }
    }

    /// <summary>
    /// Reads nothing more into the writers' table on this follower: its applier waits, its receiver goes on and acknowledges. Until
    /// <see cref="MendAsync"/>, or <see cref="LetGo"/>.
    /// </summary>
    internal async Task HoldAsync(int follower)
    {
        var connection = await ConnectAsync(follower, within: 5);
        _ = await DoAsync(connection, "LOCK TABLES t.probe READ", within: 5);
        _holds.Add(connection);
    }

    internal void LetGo()
    {
        _holds.ForEach(h => Abandon(h));
        _holds.Clear();
    }

    /// <summary>Sets a node's clock, and returns when both its mysqld and its agent go by it.</summary>
    internal async Task SetClockAsync(int node, TimeSpan offset)
    {
        _clocks[node].Shift(offset);
        var since = Stopwatch.GetTimestamp();
        while (!Near(await MysqldTimeAsync(node), offset) || !Near(await AgentTimeAsync(node), offset))
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 10, $"the clock of node {node} was not set");
            await Task.Delay(100);
        }
    }

    private static JsonElement Member(JsonElement view, string? id) =>
        view.GetProperty("members").EnumerateArray().FirstOrDefault(m => m.GetProperty("id").GetString() == id);

    private static bool Near(DateTimeOffset? told, TimeSpan offset) =>
        told is { } time && (time - DateTimeOffset.UtcNow - offset).Duration() < TimeSpan.FromSeconds(30);

    private async Task<DateTimeOffset?> MysqldTimeAsync(int node) =>
        DateTimeOffset.FromUnixTimeSeconds((await ReadAsync(node, "SELECT UNIX_TIMESTAMP()"))[0]);

    private async Task<DateTimeOffset?> AgentTimeAsync(int node)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"http://{AddressOf(node)}:9631/health"));
        using var answer = await Http.SendAsync(request);
        return answer.Headers.Date;
    }

    /// <summary>Kills all of a node and waits until it is gone.</summary>
    private async Task EndAsync(int node)
    {
        for (var left = Processes(node).All.ToList(); left.Count > 0; left = [.. Processes(node).All])
        {
            left.ForEach(p => Signal.Send(p, Signal.Kill));
            await GoneAsync(left, within: 10);
        }
    }

    private static async Task GoneAsync(IReadOnlyList<LiveProcess> processes, double within)
    {
        var since = Stopwatch.GetTimestamp();
        while (processes.Any(p => p.Alive))
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, "a process does not end");
            await Task.Delay(20);
        }
    }

    private static NodeProcesses Processes(int node) => NodeProcesses.Of(SandboxPlace.At(BaseIp, Home).Nodes[node - 1]);

    private static string FolderOf(int node) =>
        Path.Combine(Home, BaseIp, string.Create(CultureInfo.InvariantCulture, $"node{node}"));
}
