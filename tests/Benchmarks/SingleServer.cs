namespace MySqlHa.Tests.Benchmarks;

/// <summary>One mysqld that replicates to nobody: what the same machine does without any cluster.</summary>
internal sealed class SingleServer(BenchmarkNetwork network, string home) : BareCluster(network, home)
{
    public override IReadOnlyList<int> Nodes => [1];

    protected override IEnumerable<string> Settings(int node) => ["super_read_only = OFF", "read_only = OFF"];

    public override Task StartAsync() => StartServersAsync();

    public override void StartNode(int node) => StartMysqld(node);

    protected override void RestartMysqld(int node) => StartMysqld(node);

    public override Task SwitchoverAsync(int from, int to) => throw new NotSupportedException("one server has nobody to switch to");

    public override Task<bool> FollowsAsync(int node, int leader) => throw new NotSupportedException("one server follows nobody");

    public override async Task<int> WholeAsync()
    {
        await using var root = await RootAsync(1);
        return 1;
    }
}
