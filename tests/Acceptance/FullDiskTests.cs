using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A disk without room, before a start and while a node leads.</summary>
[Trait("Length", "long")]
[Collection(AgentRoom.Name)]
public sealed class FullDiskTests : IAsyncLifetime
{
    private static readonly int[] Lasts = [66, 67, 68];
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private readonly List<AgentNode> _nodes = [];
    private readonly List<SmallDisk> _disks = [];

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        _disks.ForEach(d => d.Dispose());
        Directory.Delete(_home, recursive: true);
    }

    [MountFact]
    public async Task A_start_on_a_full_disk_is_refused()
    {
        var node = Node(66, mebibytes: 8);
        var (code, printed) = await node.RefusedAsync();
        Assert.Equal(1, code);
        Assert.Matches($@"The agent cannot start: the disk of {node.Data} is full \(\d+ MiB free\); a start needs 32 MiB", printed);
        Assert.False(Directory.Exists(node.MysqlDirectory));
    }

    [MountFact]
    public async Task A_leader_whose_disk_gets_full_hands_over_stays_out_and_comes_back_when_there_is_room()
    {
        foreach (var last in Lasts)
        {
            Node(last, mebibytes: 500).Start();
        }

        var leader = await LeaderAsync(other: "");
        await WriteAsync(leader, "CREATE DATABASE t", "CREATE TABLE t.t (id INT PRIMARY KEY, blob_ LONGTEXT)", "INSERT INTO t.t VALUES (1, '')");
        var disk = _disks[_nodes.IndexOf(leader)];

        // Not one byte is left: neither mysqld nor the agent can write anything.
        disk.Fill(leave: 0);
        var next = await LeaderAsync(other: leader.Host);
        await WriteAsync(next, "INSERT INTO t.t VALUES (2, '')");
        await leader.UntilPrintedAsync($"the disk of {leader.Data} is full", within: 30);
        Assert.True(leader.Runs, leader.Printed);

        disk.MakeRoom();
        await leader.UntilAsync(
            "it has every row", async () => (await leader.ReadAsync("SELECT id FROM t.t ORDER BY id")).SequenceEqual(["1", "2"]), within: 90);
        await WriteAsync(await LeaderAsync(other: ""), "INSERT INTO t.t VALUES (3, '')");
        await leader.UntilAsync(
            "it follows", async () => (await leader.ReadAsync("SELECT id FROM t.t ORDER BY id")).SequenceEqual(["1", "2", "3"]), within: 30);
    }

    [MountFact]
    public async Task An_agent_that_cannot_keep_what_it_must_stays_out_and_begins_anew_when_there_is_room()
    {
        var node = Node(66, mebibytes: 500);
        node.Start();
        await node.UntilPrintedAsync("started (pid", within: 60);
        _disks[0].Fill(leave: 0);
        foreach (var last in Lasts.Skip(1))
        {
            _nodes.Add(new AgentNode(_home, last, Lasts.Where(l => l != last)));
            _nodes[^1].Start();
        }

        // To found a cluster it has to give its word, and its word has to be on disk first.
        await node.UntilPrintedAsync($"The disk of {node.Data} is full: this node stays out until there is room", within: 60);
        Assert.True(node.Runs, node.Printed);
        Assert.DoesNotContain("is founded with", node.Printed, StringComparison.Ordinal);
        _disks[0].MakeRoom();
        await node.UntilPrintedAsync("has room again: this node comes back", within: 30);
        await node.UntilPrintedAsync("is founded with", within: 60);
    }

    private AgentNode Node(int last, int mebibytes)
    {
        var node = new AgentNode(_home, last, Lasts.Where(l => l != last));
        _nodes.Add(node);
        _disks.Add(new SmallDisk(node.Data, mebibytes));
        return node;
    }

    /// <summary>The leader that the nodes know, if it is another one than this, once it takes clients.</summary>
    private async Task<AgentNode> LeaderAsync(string other)
    {
        var host = "";
        var asked = _nodes.First(n => n.Host != other);
        await asked.UntilAsync("there is a leader", async () => (host = await asked.LeaderAsync()).Length > 0 && host != other, within: 90);
        var leader = _nodes.Single(n => n.Host == host);
        await leader.UntilAsync("clients are let in", async () => (await leader.ReadAsync("SELECT 1")).Count == 1, within: 60);
        return leader;
    }

    private static async Task WriteAsync(AgentNode leader, params string[] statements)
    {
        foreach (var statement in statements)
        {
            _ = await leader.ReadAsync(statement);
        }
    }
}
