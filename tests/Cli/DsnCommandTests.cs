using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

public sealed class DsnCommandTests
{
    [Theory]
    [InlineData(
        "mysqlconnector",
        "Server=127.0.61.1,127.0.61.2,127.0.61.3;Port=6446;Load Balance=FailOver;User ID=shop;Password=PASSWORD;Database=orders;"
        + "SSL Mode=Required")]
    [InlineData(
        "jdbc",
        "jdbc:mysql://127.0.61.1:6446,127.0.61.2:6446,127.0.61.3:6446/orders?user=shop&password=PASSWORD&sslMode=REQUIRED"
        + "&failOverReadOnly=false")]
    [InlineData("go", "shop:PASSWORD@tcp(127.0.61.1:6446)/orders?tls=skip-verify&timeout=3s")]
    [InlineData("mysql", "mysql --host=127.0.61.1 --port=6446 --user=shop --password --ssl-mode=REQUIRED orders")]
    public async Task One_string_is_printed_alone(string driver, string expected)
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var run = await CommandLineRun.AgainstAsync(api, "dsn", "--driver", driver, "--user", "shop", "--database", "orders");
        run.Expect(0);
        Assert.Equal(expected, run.Output.TrimEnd('\n'));
    }

    [Fact]
    public async Task All_are_listed_and_readers_have_their_own_port()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);
        var run = await CommandLineRun.AgainstAsync(api, "dsn", "--read-only");
        run.Expect(0);
        var lines = run.Output.TrimEnd('\n').Split('\n');
        Assert.Equal(["DRIVER", "mysqlconnector", "jdbc", "go", "python", "mysql"], lines.Select(l => l.Split(' ')[0]));
        Assert.All(lines[1..], line => Assert.Contains("6447", line, StringComparison.Ordinal));
        Assert.Contains("failover=[{\"host\": \"127.0.61.1\", \"port\": 6447}, ", run.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--driver", "odbc", "mysqlconnector")]
    [InlineData("--user", "a;b", "letters, digits, _, -, $ and . are allowed")]
    public async Task A_wrong_word_is_refused_with_what_is_allowed(string option, string value, string allowed)
    {
        var run = await CommandLineRun.OfAsync("dsn", option, value);
        run.Expect(2);
        Assert.Contains(value, run.Error, StringComparison.Ordinal);
        Assert.Contains(allowed, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_node_without_a_proxy_says_so()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader with { Proxy = null });
        var run = await CommandLineRun.AgainstAsync(api, "dsn");
        run.Expect(1);
        Assert.Contains("db1 offers clients no address: 'proxy: false', or an older agent", run.Error, StringComparison.Ordinal);
    }
}
