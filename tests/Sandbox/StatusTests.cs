using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Sandbox;
using Xunit;

namespace MySqlHa.Tests.Sandbox;

public sealed class StatusTests
{
    private const string Uuid = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    private static readonly SandboxNode[] Nodes =
        [.. Enumerable.Range(1, 3).Select(n => new SandboxNode(n, $"127.0.51.{50 + n}", $"/nowhere/node{n}"))];

    private static readonly IReadOnlyDictionary<SandboxNode, NodeProcesses> Processes = Nodes.ToDictionary(
        n => n,
        n => n.Number == 3
            ? new NodeProcesses([], [], [])
            : new NodeProcesses(
                [new LiveProcess(100 + n.Number, 1, n.Number == 2, [])], [new LiveProcess(200 + n.Number, 1, false, [])], []));

    [Fact]
    public void The_json_is_the_contract()
    {
        var text = StatusDocument.Of(Nodes, Processes, View(), new ClientAccount("app", "s3cret")).ToJson();
        using var json = JsonDocument.Parse(text);
        Assert.Equal(Id(1).Hex, json.RootElement.GetProperty("leader").GetString());
        Assert.Equal("app", json.RootElement.GetProperty("client").GetProperty("user").GetString());
        Assert.Equal("s3cret", json.RootElement.GetProperty("client").GetProperty("password").GetString());
        var second = json.RootElement.GetProperty("nodes")[1];
        Assert.Equal(
            ["id", "address", "role", "health", "mysqlPort", "agentPid", "mysqldPid"], second.EnumerateObject().Select(p => p.Name));
        Assert.Equal(Id(2).Hex, second.GetProperty("id").GetString());
        Assert.Equal("127.0.51.52", second.GetProperty("address").GetString());
        Assert.Equal("follower", second.GetProperty("role").GetString());
        Assert.Equal("ok", second.GetProperty("health").GetString());
        Assert.Equal(3306, second.GetProperty("mysqlPort").GetInt32());
        Assert.Equal(102, second.GetProperty("agentPid").GetInt32());
        Assert.Equal(202, second.GetProperty("mysqldPid").GetInt32());
        Assert.Equal(0, json.RootElement.GetProperty("nodes")[2].GetProperty("mysqldPid").GetInt32());
    }

    [Fact]
    public void Without_an_answer_there_is_no_leader_and_no_role()
    {
        var status = StatusDocument.Of(Nodes, Processes, null, null);
        Assert.Null(status.Leader);
        Assert.All(status.Nodes, n => Assert.Equal((MemberRole.None, MemberHealth.Unknown), (n.Role, n.Health)));
    }

    [Fact]
    public void The_leader_of_a_node_without_a_quorum_is_hearsay() =>
        Assert.Null(StatusDocument.Of(Nodes, Processes, View() with { Election = ElectionStatus.NoQuorum }, null).Leader);

    [Fact]
    public void The_view_of_a_majority_is_believed_before_a_newer_one_of_a_minority()
    {
        var majority = View();
        var minority = View() with { Election = ElectionStatus.NoQuorum, Term = 99, AppliedIndex = 99 };
        Assert.Same(majority, CensusClient.Best([new NodeAnswer(Nodes[0], minority, ""), new NodeAnswer(Nodes[1], majority, "")]));
    }

    [Fact]
    public void The_table_shows_gap_death_frost_and_problems()
    {
        var table = StatusTable.Of(Nodes, Processes, View());
        Assert.Contains("node1 leads (00000000, 127.0.51.51), epoch 7, writable", table, StringComparison.Ordinal);
        var rows = table.Split('\n').Where(l => l.StartsWith("  node", StringComparison.Ordinal)).Select(Cells).ToList();
        Assert.Equal(["node1", "127.0.51.51", "alive", "leader", "ok", "7", "0.0 s", "0", "101", "201"], rows[0]);
        Assert.Equal(["node2", "127.0.51.52", "alive", "follower", "ok", "7", "1.5 s", "4", "102 frozen", "202"], rows[1]);
        Assert.Equal(["dead", "dead"], rows[2][^2..]);
        Assert.Contains("! node2: the applier is behind", table, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[client]\nuser=app\npassword=\"a\\\"b\\\\c\"\n", "app", "a\"b\\c")]
    [InlineData("# made by the agent\n[mysql]\nuser=no\n[client]\nuser = app\npassword = plain=sign\n", "app", "plain=sign")]
    public void The_client_account_is_read_as_mysql_reads_it(string file, string user, string password) =>
        Assert.Equal(new ClientAccount(user, password), ClientAccount.Parse(file.Split('\n')));

    [Fact]
    public void A_client_file_without_a_password_is_no_account() => Assert.Null(ClientAccount.Parse(["[client]", "user=app"]));

    private static string[] Cells(string row) =>
        [.. row.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];

    private static NodeId Id(int number) => NodeId.Parse(number.ToString("d32", System.Globalization.CultureInfo.InvariantCulture));

    private static ClusterView View() => new()
    {
        ServiceGroup = new ServiceGroup("production"),
        Self = Id(1),
        ClusterId = "c",
        Election = ElectionStatus.Finished,
        Controller = Id(2),
        Epoch = 7,
        Leader = Id(1),
        LeaderWritable = true,
        Members = [.. Nodes.Select(Member)],
    };

    private static MemberView Member(SandboxNode node) => new()
    {
        Number = node.Number,
        Id = Id(node.Number),
        Name = node.Name,
        Address = node.Address,
        Liveness = MemberLiveness.Alive,
        Voter = true,
        Role = node.Number == 1 ? MemberRole.Leader : MemberRole.Follower,
        Health = MemberHealth.Ok,
        Epoch = 7,
        LagSeconds = node.Number == 1 ? 0 : 1.5,
        Executed = GtidSet.Of(Uuid, 1, node.Number == 1 ? 10 : 6),
        Problems = node.Number == 2 ? [new Reason("applier-behind", "the applier is behind")] : [],
    };
}
