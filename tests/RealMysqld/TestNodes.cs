namespace MySqlHa.Tests.RealMysqld;

/// <summary>Several nodes, started and ended side by side.</summary>
internal sealed class TestNodes : IAsyncDisposable
{
    private readonly TestNode[] _nodes;

    private TestNodes(TestNode[] nodes) => _nodes = nodes;

    public TestNode this[int index] => _nodes[index];

    public static async Task<TestNodes> StartAsync(MysqldTemplate template, int count) =>
        new(await Task.WhenAll(Enumerable.Range(1, count).Select(n => Task.Run(() => TestNode.StartAsync(template, n)))));

    public async ValueTask DisposeAsync() => await Task.WhenAll(_nodes.Select(n => n.DisposeAsync().AsTask()));
}
