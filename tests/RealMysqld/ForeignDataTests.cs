using MySqlHa.Replication;
using MySqlHa.Supervision;
using MySqlHa.Tests.Acceptance;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>Data that no agent made: what is seen with no server running, and what a private one sees.</summary>
[Collection(RealMysqld.Name)]
public sealed class ForeignDataTests : IAsyncLifetime
{
    private static readonly ClusterAccounts Accounts = MysqldTemplate.Accounts;
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private Version _server = MysqldBinary.Oldest;

    private string Data => Path.Combine(_home, "data");

    private MysqldOptions Options => new()
    {
        Command = MysqldOnThisMachine.Mysqld,
        DataDirectory = Data,
        RunDirectory = Path.Combine(_home, "run"),
        ErrorLog = Path.Combine(_home, "mysqld.log"),
        Host = "127.0.41.9",
        ServerId = 9,
    };

    public async Task InitializeAsync() => _server = (await MysqldBinary.InspectAsync(MysqldOnThisMachine.Mysqld, TestNode.Within(20))).Version;

    public Task DisposeAsync()
    {
        Directory.Delete(_home, recursive: true);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task What_keeps_data_from_being_taken_over_is_seen_without_touching_it()
    {
        await PlainServer.MakeAsync(Data, _home, ["--log-bin=binlog"], kill: false, "CREATE DATABASE `old shop`",
            "CREATE TABLE `old shop`.orders (id INT PRIMARY KEY) ENGINE = MyISAM", "CREATE TABLE `old shop`.cart (id INT) ENGINE = MEMORY",
            "CREATE TABLE `old shop`.parts (id INT PRIMARY KEY) PARTITION BY HASH (id) PARTITIONS 2");
        var before = PlainServer.Fingerprint(Data);
        var tables = Refused(_server);
        Assert.Contains("not InnoDB", tables, StringComparison.Ordinal);
        Assert.Contains(": old shop.cart (MEMORY), old shop.orders (MyISAM)", tables, StringComparison.Ordinal);
        Assert.DoesNotContain("parts", tables, StringComparison.Ordinal);
        var older = Refused(new Version(8, 3, 0));
        Assert.Contains($"it is of MySQL {_server}, and mysqld here is 8.3.0: a server takes no data of a newer one", older, StringComparison.Ordinal);
        Assert.Contains("not InnoDB", older, StringComparison.Ordinal);
        Assert.Equal(before, PlainServer.Fingerprint(Data));

        // While its own server runs; and after that was killed, with and without the binary log that tells what was under way.
        using (var server = PlainServer.Run(_home, $"--datadir={Data}", "--skip-networking", $"--socket={_home}/plain.sock", $"--pid-file={_home}/plain.pid", "--log-bin=binlog"))
        {
            try
            {
                var deadline = TestNode.Within(60);
                string refused;
                while (!(refused = Refused(_server)).Contains($"process {server.Id} (mysqld) uses it", StringComparison.Ordinal) || !File.Exists($"{_home}/plain.sock"))
                {
                    Assert.False(deadline.IsCancellationRequested, refused);
                }
            }
            finally
            {
                server.Kill();
                await server.WaitForExitAsync();
            }
        }

        Assert.DoesNotContain("in order", Refused(_server), StringComparison.Ordinal);
        File.Move(Path.Combine(Data, "binlog.index"), Path.Combine(_home, "binlog.index"));
        Assert.Contains("it was not shut down in order", Refused(_server), StringComparison.Ordinal);
        File.Move(Path.Combine(_home, "binlog.index"), Path.Combine(Data, "binlog.index"));
        await PlainServer.ServeAsync(Data, _home, ["--log-bin=binlog"], kill: false, "ALTER TABLE `old shop`.orders ENGINE = InnoDB", "DROP TABLE `old shop`.cart");
        File.Delete(Path.Combine(Data, "binlog.index"));
        ForeignData.RequireFit(Data, _server);

        File.Delete(Path.Combine(Data, "mysql_upgrade_history"));
        Assert.Contains("older than 8.4", Refused(_server), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_only_a_server_sees_is_refused_too_and_the_accounts_of_the_data_stay_as_they_are()
    {
        await PlainServer.MakeAsync(Data, _home, [], kill: false, "CREATE DATABASE shop", "CREATE TABLE shop.orders (id INT PRIMARY KEY)",
            "CREATE USER app IDENTIFIED BY 'mine'", "CREATE USER admin@localhost IDENTIFIED BY 'secret'", "GRANT ALL ON *.* TO admin@localhost WITH GRANT OPTION",
            "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '10.9.8.7'", "XA START 'open'", "INSERT INTO shop.orders VALUES (1)", "XA END 'open'", "XA PREPARE 'open'");
        ForeignData.RequireFit(Data, _server);
        var refused = Assert.IsType<Outcome<Nothing>.Refused>(await AdoptAsync()).Refusal;
        Assert.Equal(RefusalReason.Unfit, refused.Reason);
        Assert.Contains("it replicates by channel '' from 10.9.8.7", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains("1 prepared XA transactions are open", refused.Sentence, StringComparison.Ordinal);
        Assert.Contains("it has an account 'app'@'%'", refused.Sentence, StringComparison.Ordinal);

        await PlainServer.ServeAsync(Data, _home, [], kill: false, "STOP REPLICA", "RESET REPLICA ALL", "XA COMMIT 'open'", "DROP USER app");
        _ = (await AdoptAsync()).OrThrow();
        _ = (await AdoptAsync()).OrThrow(); // a second attempt finds what the first one made
        DataDirectory.MarkComplete(Data, "ours");
        var mysqld = await MysqldProcess.StartAsync(Options, TestNode.Within(60));
        try
        {
            await using var server = new LocalServer(TestNode.Access(Options));
            _ = (await server.TakeLockAsync(TestNode.Within(10))).OrThrow();
            var status = Assert.IsType<ProbeOutcome.Answered>(await server.ProbeAsync(TestNode.Within(10))).Status;
            Assert.True(status is { SuperReadOnly: true, OfflineMode: true });
            Assert.True(status.Purged.Count >= 2 && status.Executed.Contains(status.Purged), $"{status.Executed}, purged {status.Purged}");
            foreach (var (user, password) in ((string, string)[])[("root", ""), ("admin", "secret")])
            {
                await using var connection = MysqlDriver.Local(Options.Socket, user, password);
                await MysqlDriver.OpenAsync(connection);
                Assert.Equal("1", (await connection.RowAsync("SELECT COUNT(*) AS n FROM shop.orders"))["n"]);
            }
        }
        finally
        {
            mysqld.Kill();
            _ = await mysqld.Exited;
        }
    }

    private async Task<Outcome<Nothing>> AdoptAsync()
    {
        var mysqld = await PrivateMysqld.StartAsync(Options, TestNode.Within(60));
        try
        {
            return await Adopting.AdoptAsync(
                PrivateMysqld.SocketOf(Options), BootstrapSql.Statements(Accounts), Accounts.Application!, Guid.NewGuid(), TestNode.Within(20));
        }
        finally
        {
            mysqld.EndInOrder();
            Assert.Equal(0, (await mysqld.Exited).ExitCode);
        }
    }

    private string Refused(Version server)
    {
        var refused = Assert.Throws<SupervisionException>(() => ForeignData.RequireFit(Data, server));
        Assert.Equal(SupervisionError.ForeignData, refused.Error);
        return refused.Message;
    }
}
