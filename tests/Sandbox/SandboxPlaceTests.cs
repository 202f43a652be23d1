using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Sandbox;
using Xunit;

namespace MySqlHa.Tests.Sandbox;

public sealed class SandboxPlaceTests
{
    [Fact]
    public void Nodes_have_consecutive_addresses_and_folders_of_their_own()
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        Assert.Equal(["127.0.51.31", "127.0.51.32", "127.0.51.33"], sandbox.Place.Nodes.Select(n => n.Ip));
        Assert.Equal(3, sandbox.Place.Nodes.Select(n => n.DataDirectory).Distinct().Count(Directory.Exists));
    }

    [Fact]
    public void The_agent_is_told_who_it_is_and_who_the_others_are()
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        var node = sandbox.Place.Nodes[1];
        var options = AgentOptionsFile.Load(node.ConfigFile, new Dictionary<string, IReadOnlyList<string>>());
        Assert.Equal(("production", "node2", 3), (options.Group, options.Name, options.Voters));
        Assert.Equal(new NodeAddress("127.0.51.32", RingPort: 9638, HttpPort: 9631, MysqlPort: 3306), options.Address);
        Assert.Equal(["127.0.51.31", "127.0.51.33"], options.Peers.Select(p => p.Host));
        Assert.Equal((node.DataDirectory, node.ClientFile), (options.Data, options.ClientFile));
        Assert.Equal((sandbox.Place.RingKeyFile, "/bin/true", Timing.Lan), (options.RingKeyPath, options.Mysqld, options.Timing));
    }

    [Fact]
    public void The_ring_key_is_made_once_and_for_its_owner_only()
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        var key = File.ReadAllText(sandbox.Place.RingKeyFile);
        sandbox.Place.Prepare(sandbox.Place.Settings! with { Timing = "fast" });
        Assert.Equal(key, File.ReadAllText(sandbox.Place.RingKeyFile));
#pragma warning disable CA1416 // the tests run on Linux
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(sandbox.Place.RingKeyFile));
#pragma warning restore CA1416
    }

    [Theory]
    [InlineData("nonsense", SandboxExit.Usage, "--ring-of nonsense: ")]
    [InlineData("127.0.51.99", SandboxExit.Error, "there is no sandbox at 127.0.51.99")]
    public void A_ring_that_there_is_not_is_told_before_anything_is_written(string ring, SandboxExit exit, string why)
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        var other = SandboxPlace.At("127.0.51.81", Path.GetDirectoryName(sandbox.Place.Directory)!);

        var error = Assert.Throws<SandboxException>(() => other.Prepare(sandbox.Place.Settings! with { RingOf = ring }));

        Assert.Equal(exit, error.Exit);
        Assert.StartsWith(why, error.Message, StringComparison.Ordinal);
        Assert.False(Directory.Exists(other.Directory));
        Assert.Null(other.Settings);
    }

    [Fact]
    public void A_sandbox_remembers_what_it_was_made_with()
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        Assert.Equal(sandbox.Place.Settings, sandbox.Reopened().Settings);
    }

    [Fact]
    public void A_sandbox_that_grows_keeps_its_first_nodes_and_its_ring()
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        var key = File.ReadAllText(sandbox.Place.RingKeyFile);
        sandbox.Place.Prepare(sandbox.Place.Settings! with { Nodes = 5 });
        Assert.Equal(["127.0.51.31", "127.0.51.32", "127.0.51.33", "127.0.51.34", "127.0.51.35"], sandbox.Place.Nodes.Select(n => n.Ip));
        Assert.Contains("127.0.51.35", File.ReadAllText(sandbox.Place.Nodes[0].ConfigFile), StringComparison.Ordinal);
        Assert.Equal(key, File.ReadAllText(sandbox.Place.RingKeyFile));
    }

    [Theory]
    [InlineData(3, 3)]
    [InlineData(4, 3)]
    [InlineData(5, 5)]
    [InlineData(6, 5)]
    [InlineData(9, 7)]
    public void An_odd_number_of_the_nodes_votes(int nodes, int voters) =>
        Assert.Equal(voters, new SandboxSettings(nodes, "lan", "").Voters);

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("127.0.0.250")]
    [InlineData("10.0.0.11")]
    [InlineData("127.0.11")]
    [InlineData("node1")]
    [InlineData("::1")]
    public void A_base_address_that_is_no_loopback_with_room_behind_it_is_wrong_usage(string address) =>
        Assert.Equal(SandboxExit.Usage, Assert.Throws<SandboxException>(() => SandboxPlace.At(address, Path.GetTempPath())).Exit);

    [Theory]
    [InlineData("0")]
    [InlineData("4")]
    [InlineData("two")]
    public void A_node_that_is_not_there_is_wrong_usage(string number)
    {
        using var sandbox = new TemporarySandbox("127.0.51.31");
        Assert.Equal(SandboxExit.Usage, Assert.Throws<SandboxException>(() => sandbox.Place.Node(number)).Exit);
    }
}
