using MySqlHa.Replication;
using MySqlHa.Tests.RealMysqld;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Data that was there before the cluster: left alone, or taken over whole, never anything between.</summary>
[Trait("Length", "long")]
[Collection(AgentRoom.Name)]
public sealed class AdoptTests : IAsyncLifetime
{
    private const string Ann = "ann's";
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private readonly List<AgentNode> _nodes = [];

    public Task InitializeAsync()
    {
        foreach (var last in (int[])[61, 62, 63])
        {
            _nodes.Add(new AgentNode(_home, last, ((int[])[61, 62, 63]).Where(n => n != last)));
        }

        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        if (Environment.GetEnvironmentVariable("KEEP_DATA") is null)
        {
            Directory.Delete(_home, recursive: true);
        }
    }

    [Fact]
    public async Task A_cluster_begins_with_the_data_of_one_node_and_all_nodes_get_it()
    {
        var (bringer, second, third) = (_nodes[2], _nodes[0], _nodes[1]);
        await ShopAsync(bringer);
        var before = PlainServer.Fingerprint(bringer.MysqlDirectory);

        // Without leave it is left alone.
        var (code, printed) = await bringer.RefusedAsync();
        Assert.Equal(1, code);
        Assert.Contains($"data: '{bringer.MysqlDirectory}' holds data that no agent made; it is left alone", printed, StringComparison.Ordinal);
        Assert.Equal(before, PlainServer.Fingerprint(bringer.MysqlDirectory));

        // A second one that brings data of its own: nobody's is touched, and both are named.
        await ShopAsync(second);
        var beforeOfSecond = PlainServer.Fingerprint(second.MysqlDirectory);
        bringer.Start("--adopt");
        second.Start("--adopt");
        third.Start();
        await third.UntilAsync(
            "both that bring data are named",
            async () => await third.ReasonsAsync() is var r && r.Contains($"n61 ({second.Host}) and n63 ({bringer.Host}) each bring data", StringComparison.Ordinal),
            within: 90);
        Assert.Equal(before, PlainServer.Fingerprint(bringer.MysqlDirectory));
        Assert.Equal(beforeOfSecond, PlainServer.Fingerprint(second.MysqlDirectory));

        // It gives way; the cluster begins with the other's data.
        await second.StopAsync();
        Directory.Delete(second.MysqlDirectory, recursive: true);
        second.Start();
        await third.UntilAsync("the node that brought the data leads", async () => await third.LeaderAsync() == bringer.Host, within: 90);
        foreach (var node in _nodes)
        {
            await node.UntilAsync(
                "its rows are there, and its account",
                async () => (await node.ReadAsync("SELECT item FROM shop.orders ORDER BY id", "ann", Ann)).SequenceEqual(["tea", "milk"]),
                within: 90);
        }

        _ = await bringer.ReadAsync("INSERT INTO shop.orders VALUES (3, 'bread')", "ann", Ann);
        await second.UntilAsync(
            "what is written now arrives", async () => (await second.ReadAsync("SELECT item FROM shop.orders WHERE id = 3")).SequenceEqual(["bread"]), within: 10);
        Assert.Contains("is the cluster's now", bringer.Printed, StringComparison.Ordinal);

        // It is the cluster's now: another start needs no leave, and tells nothing anew that was told.
        Assert.Contains("epoch 1 is established", bringer.Printed, StringComparison.Ordinal);
        await bringer.StopAsync();
        bringer.Start();
        await bringer.UntilAsync("it leads on", async () => await bringer.LeaderAsync() == bringer.Host, within: 90);
        Assert.DoesNotContain("epoch 1 is established", bringer.Printed, StringComparison.Ordinal);
        Assert.DoesNotContain("leads (the new cluster begins", bringer.Printed, StringComparison.Ordinal);
    }

    private Task ShopAsync(AgentNode node) => PlainServer.MakeAsync(
        node.MysqlDirectory, _home, ["--gtid-mode=OFF", "--enforce-gtid-consistency=OFF"], kill: false, "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY, item TEXT)",
        "INSERT INTO shop.orders VALUES (1, 'tea'), (2, 'milk')", $"CREATE USER ann IDENTIFIED BY {Sql.Quoted(Ann)}",
        "GRANT ALL ON shop.* TO ann");
}
