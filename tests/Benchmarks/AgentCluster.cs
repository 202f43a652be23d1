using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Replication;
using MySqlHa.Ring;
using MySqlHa.Sandbox;
using MySqlHa.Tests.Acceptance;
using MySqlHa.Tests.RealMysqld;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>Ours: an agent on each host, which starts its guard and its mysqld.</summary>
/// <param name="settings">Of mysqld, beside its agent's own; null: none.</param>
internal sealed class AgentCluster(
    BenchmarkNetwork network, string home, string timing, IReadOnlyDictionary<string, string>? settings = null)
    : BenchmarkedCluster(network, home)
{
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(1) };
    private ClientAccount? _client;

    private string RingKeyFile => Path.Combine(Home, "ring.key");

    public override async Task StartAsync()
    {
        foreach (var node in Nodes)
        {
            _ = Directory.CreateDirectory(Folder(node));
            if (!File.Exists(RingKeyFile))
            {
                RingKey.Create("benchmark").Save(RingKeyFile);
            }

            await File.WriteAllTextAsync(ConfigFile(node), Configuration(node));
            StartNode(node);
        }

        _ = await ReadyAsync(within: 90);
        _client = ClientAccount.Parse(await File.ReadAllLinesAsync(Path.Combine(Data(Nodes[0]), "client.cnf")));
    }

    public override void StartNode(int node) =>
        Network.Start(node, Path.Combine(Folder(node), "agent.log"), BenchmarkPlan.Agent, "agent", "--config", ConfigFile(node));

    protected override void RestartMysqld(int node)
    {
        // Its agent does.
    }

    public override Task SwitchoverAsync(int from, int to) => Network.RunAsync(
        from,
        BenchmarkPlan.Agent,
        "switchover",
        "--to",
        to.ToString(CultureInfo.InvariantCulture),
        "--address",
        BenchmarkNetwork.Address(from),
        "--ring-key",
        RingKeyFile);

    public override async Task<int> WholeAsync()
    {
        foreach (var node in Nodes)
        {
            var view = await ViewAsync(node);
            if (view.Leader is { } id && view.LeaderWritable && view.Member(id) is { } leader)
            {
                var number = Nodes.Single(n => BenchmarkNetwork.Address(n) == leader.Address.Host);
                return view.Members.Count(m => m is { Role: MemberRole.Follower, Health: MemberHealth.Ok }) == Nodes.Count - 1
                    && view.Ackers.Length == Nodes.Count - 1 && leader.Health == MemberHealth.Ok ? number : 0;
            }
        }

        return 0;
    }

    public override async Task<bool> FollowsAsync(int node, int leader) => (await ViewAsync(leader)).Members
        .Any(m => m.Address.Host == BenchmarkNetwork.Address(node) && m is { Role: MemberRole.Follower, Health: MemberHealth.Ok });

    protected override DbConnection Application(int node)
    {
        Assert.NotNull(_client);
        return MysqlDriver.Remote(BenchmarkNetwork.Address(node), 3306, _client.User, _client.Password);
    }

    public override Task<DbConnection> ConnectThroughAsync(int node, double within)
    {
        Assert.NotNull(_client);
        return SandboxCluster.OpenAsync(MysqlDriver.Remote(BenchmarkNetwork.Address(node), 6446, _client.User, _client.Password), within);
    }

    public ClientAccount Client => _client ?? throw new InvalidOperationException("the cluster was not started");

    public static async Task<ClusterView> ViewAsync(int node)
    {
        var text = await Http.GetStringAsync(new Uri($"http://{BenchmarkNetwork.Address(node)}:9631/view"));
        return JsonSerializer.Deserialize(text, ViewJson.Default.ClusterView)!;
    }

    private string ConfigFile(int node) => Path.Combine(Folder(node), "agent.yaml");

    private string Data(int node) => Path.Combine(Folder(node), "data");

    private string Configuration(int node) =>
        $"""
        name: {BenchmarkNetwork.Host(node)}
        listen: {BenchmarkNetwork.Address(node)}
        data: {JsonSerializer.Serialize(Data(node))}
        peers: [{string.Join(", ", Nodes.Where(n => n != node).Select(BenchmarkNetwork.Address))}]
        ring-key: {JsonSerializer.Serialize(RingKeyFile)}
        mysqld: {JsonSerializer.Serialize(MysqldOnThisMachine.Mysqld)}
        timing: {timing}
        settings: {JsonSerializer.Serialize(settings ?? new Dictionary<string, string>())}

        """;
}
