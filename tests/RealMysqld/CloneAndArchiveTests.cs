using System.Collections.Concurrent;
using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

[Collection(RealMysqld.Name)]
public sealed class CloneAndArchiveTests(MysqldTemplate template)
{
    [Fact]
    public async Task A_node_with_transactions_of_its_own_archives_them_and_comes_back_as_a_clone_with_a_new_uuid()
    {
        await using var nodes = await TestNodes.StartAsync(template, 2);
        var (donor, node) = (nodes[0], nodes[1]);
        await donor.LeadAsync(acknowledgements: 0);
        await donor.ClientDoesAsync("CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
            "INSERT INTO shop.orders VALUES (1)");
        await node.LeadAsync(acknowledgements: 0);
        await node.ClientDoesAsync("CREATE DATABASE stray", "CREATE TABLE stray.t (word TEXT)",
            "INSERT INTO stray.t VALUES ('to be undone')");
        var before = await node.StatusAsync();
        var extra = before.Executed.Minus((await donor.StatusAsync()).Executed);
        Assert.Equal(3, extra.Count);
        await node.KillAsync();

        await ArchiveReadablyAsync(node, extra);

        await node.StartAgainAsync();
        DataDirectory.MarkIncomplete(node.Options.DataDirectory);
        var stages = new ConcurrentQueue<CloneProgress>();
        var account = MysqldTemplate.Accounts.Cloning;
        var order = new CloneOrder(donor.Options.Host, donor.Options.Port, account.User, account.Password);
        var wrong = await node.Server.CloneAsync(order with { Password = "wrong" }, new Reports(stages), TestNode.Within(20));
        _ = Assert.IsType<Outcome<Nothing>.Failed>(wrong);
        Assert.True((await node.StatusAsync()).SuperReadOnly);
        _ = (await node.Server.CloneAsync(order, new Reports(stages), TestNode.Within(60))).OrThrow();
        var exit = await node.Mysqld.Exited.WaitAsync(TestNode.Within(20));
        Assert.NotEqual(9, exit.Signal);

        DataDirectory.ForgetServerUuid(node.Options.DataDirectory);
        DataDirectory.MarkComplete(node.Options.DataDirectory);
        await node.StartAgainAsync();
        var result = (await node.Server.CloneResultAsync(TestNode.Within(5))).OrThrow();
        Assert.True(result is { Succeeded: true, ErrorNumber: 0 }, $"{result}");
        var after = await node.StatusAsync();
        Assert.NotEqual(before.ServerUuid, after.ServerUuid);
        Assert.Equal((await donor.StatusAsync()).Executed, after.Executed);
        _ = await node.FollowAsync(donor);
        await donor.ClientDoesAsync("INSERT INTO shop.orders VALUES (2)");
        var all = (await donor.StatusAsync()).Executed;
        _ = (await node.Server.WaitForAsync(all, TestNode.Within(5))).OrThrow();
        Assert.Equal("2", await node.ClientReadsAsync("COUNT(*) FROM shop.orders"));
        Assert.Equal("0", await node.ClientReadsAsync("COUNT(*) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = 'stray'"));
    }

    private static async Task ArchiveReadablyAsync(TestNode node, GtidSet extra)
    {
        var destination = Path.Combine(Path.GetDirectoryName(node.Options.DataDirectory)!, "archive");
        var (directory, manifest) = await BinlogArchive.ArchiveAsync(node.Options.DataDirectory, extra, destination,
            DateTimeOffset.UnixEpoch, TestNode.Within(10));
        Assert.True(manifest.NotFound.IsEmpty, manifest.NotFound.ToString());
        Assert.NotEmpty(manifest.Files);
        Assert.True(File.Exists(Path.Combine(directory, "manifest.json")));
        string[] arguments = ["--no-defaults", "--verbose", "--base64-output=decode-rows", $"--include-gtids={extra}",
            .. manifest.Files.Select(f => Path.Combine(directory, f.Name))];
        using var reader = Process.Start(
            new ProcessStartInfo(MysqldOnThisMachine.Mysqlbinlog, arguments) { RedirectStandardOutput = true })!;
        var text = await reader.StandardOutput.ReadToEndAsync(TestNode.Within(10));
        await reader.WaitForExitAsync(TestNode.Within(10));
        Assert.Equal(0, reader.ExitCode);
        Assert.Contains("to be undone", text, StringComparison.Ordinal);
        Assert.Equal(3, text.Split("GTID_NEXT= '").Length - 1 - text.Split("GTID_NEXT= 'AUTOMATIC'").Length + 1);
    }

    private sealed class Reports(ConcurrentQueue<CloneProgress> stages) : IProgress<CloneProgress>
    {
        public void Report(CloneProgress value) => stages.Enqueue(value);
    }
}
