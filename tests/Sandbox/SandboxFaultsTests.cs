using System.Net;
using System.Net.Sockets;
using MySqlHa.Cluster;
using MySqlHa.Sandbox;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Sandbox;

public sealed class SandboxFaultsTests : IDisposable
{
    private readonly TemporarySandbox _sandbox = new("127.0.51.41");
    private readonly CensusClient _census = new();
    private readonly StringWriter _output = new();

    private SandboxFaults Faults => new(_sandbox.Place, _census, _output);

    public void Dispose()
    {
        _sandbox.Dispose();
        _census.Dispose();
    }

    [Fact]
    public async Task A_machine_kill_hits_the_agent_and_the_mysqld_of_that_node_and_nothing_else()
    {
        var (one, two) = (_sandbox.Place.Nodes[0], _sandbox.Place.Nodes[1]);
        LiveProcess[] hit = [_sandbox.Agent(one), _sandbox.Guard(one), _sandbox.Mysqld(one)];
        LiveProcess[] spared =
        [
            _sandbox.Agent(two), _sandbox.Guard(two), _sandbox.Mysqld(two),
            _sandbox.Run("vi", one.ConfigFile), _sandbox.Run("tail", "-f", one.LogFile)
        ];
        _ = await Faults.KillAsync(one, new Blow(Agent: true, Mysqld: true, Freeze: false));
        await UntilAsync(() => hit.All(p => !p.Alive));
        Assert.All(spared, p => Assert.True(p.Alive));
    }

    [Fact]
    public async Task A_kill_of_mysqld_spares_its_agent()
    {
        var node = _sandbox.Place.Nodes[0];
        var (agent, mysqld) = (_sandbox.Agent(node), _sandbox.Mysqld(node));
        _ = await Faults.KillAsync(node, new Blow(Agent: false, Mysqld: true, Freeze: false));
        await UntilAsync(() => !mysqld.Alive);
        Assert.True(agent.Alive);
    }

    [Fact]
    public async Task A_kill_of_the_guard_hits_nothing_else()
    {
        var node = _sandbox.Place.Nodes[0];
        LiveProcess[] spared = [_sandbox.Agent(node), _sandbox.Mysqld(node)];
        var guard = _sandbox.Guard(node);
        _ = await Faults.KillAsync(node, new Blow(Agent: false, Mysqld: false, Freeze: false, Guard: true));
        await UntilAsync(() => !guard.Alive);
        Assert.All(spared, p => Assert.True(p.Alive));
    }

    [Fact]
    public async Task A_machine_that_is_frozen_keeps_its_guard_awake()
    {
        var node = _sandbox.Place.Nodes[0];
        var (agent, mysqld, guard) = (_sandbox.Agent(node), _sandbox.Mysqld(node), _sandbox.Guard(node));
        _ = await Faults.KillAsync(node, new Blow(Agent: true, Mysqld: true, Freeze: true));
        await UntilAsync(() => LiveProcess.Read(agent.Pid)!.Stopped && LiveProcess.Read(mysqld.Pid)!.Stopped);
        Assert.False(LiveProcess.Read(guard.Pid)!.Stopped);
    }

    [Fact]
    public async Task Freezing_stops_without_killing()
    {
        var node = _sandbox.Place.Nodes[0];
        var (agent, mysqld) = (_sandbox.Agent(node), _sandbox.Mysqld(node));
        _ = await Faults.KillAsync(node, new Blow(Agent: true, Mysqld: false, Freeze: true));
        await UntilAsync(() => LiveProcess.Read(agent.Pid)!.Stopped);
        Assert.False(LiveProcess.Read(mysqld.Pid)!.Stopped);
    }

    [Fact]
    public async Task Killing_what_does_not_run_is_an_error()
    {
        var kill = () => Faults.KillAsync(_sandbox.Place.Nodes[2], new Blow(Agent: true, Mysqld: true, Freeze: false));
        Assert.Equal(SandboxExit.Error, (await Assert.ThrowsAsync<SandboxException>(kill)).Exit);
    }

    [Fact]
    public async Task Down_leaves_no_process_frozen_ones_included_and_keeps_data_when_asked()
    {
        var all = _sandbox.Place.Nodes.SelectMany(n => new[] { _sandbox.Agent(n), _sandbox.Guard(n), _sandbox.Mysqld(n) }).ToList();
        _ = await Faults.KillAsync(_sandbox.Place.Nodes[0], new Blow(Agent: true, Mysqld: true, Freeze: true));
        _ = await Faults.DownAsync(keepData: true, CancellationToken.None);
        Assert.All(all, p => Assert.False(p.Alive));
        Assert.True(File.Exists(_sandbox.Place.RingKeyFile));
    }

    [Fact]
    public void A_taken_port_is_named_with_its_holder_and_stops_the_start()
    {
        var node = _sandbox.Place.Nodes[1];
        using var holder = new TcpListener(IPAddress.Parse(node.Ip), node.Address.HttpPort);
        holder.Start();
        var error = Assert.Throws<SandboxException>(() => AgentStart.Missing(_sandbox.Place.Nodes));
        Assert.Contains($"{node.Ip}:9631/tcp is taken by process {Environment.ProcessId}", error.Message, StringComparison.Ordinal);
        Assert.All(NodeProcesses.Of(_sandbox.Place.Nodes).Values, p => Assert.Empty(p.All));
    }

    [Fact]
    public void A_taken_udp_port_is_told_from_the_tcp_port_of_the_same_number()
    {
        using var holder = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        holder.Bind(new IPEndPoint(IPAddress.Parse("127.0.51.43"), 9638));
        var taken = TakenPort.Of(_sandbox.Place.Nodes[2], new NodeProcesses([], [], []));
        Assert.Equal(["127.0.51.43:9638/udp"], taken.Select(t => $"{t.Ip}:{t.Port}/{t.Protocol}"));
    }

    [Fact]
    public async Task Of_a_node_that_was_just_started_and_knows_nothing_yet_the_others_word_is_told()
    {
        var (one, two) = (_sandbox.Place.Nodes[0], _sandbox.Place.Nodes[1]);
        _ = (_sandbox.Agent(one), _sandbox.Agent(two));
        var alone = SampleCluster.SeenByFollower.WithoutLeader() with { Election = ElectionStatus.NoQuorum };
        await using var started = await RunningApi.StartAsync(alone, host: one.Ip, port: one.Address.HttpPort);
        await using var other = await RunningApi.StartAsync(SampleCluster.SeenByFollower, host: two.Ip, port: two.Address.HttpPort);

        _ = await Faults.StartAsync(one, CancellationToken.None);

        Assert.Contains("; mysql.production: db1 leads (1a000000, ", _output.ToString(), StringComparison.Ordinal);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (var tries = 0; !condition(); tries++)
        {
            Assert.True(tries < 500, "not within 10 seconds");
            await Task.Delay(20);
        }
    }
}
