using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using MySqlHa.Tests.Fuzz;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>
/// What a real mysqld makes of a binary log whose unacknowledged tail was cut, and what keeps the tail from being cut (R10). A tail is
/// made by commits that wait for an acknowledgement which nobody gives, and kill -9.
/// </summary>
[Collection(RealMysqld.Name)]
public sealed class RewindTests(MysqldTemplate template, ITestOutputHelper output)
{
    private const long Epoch = 7;

    [Fact]
    public async Task A_tail_of_rows_and_tables_is_archived_readably_cut_and_undone()
    {
        await using var leader = await LeadAsync(
            "CREATE TABLE t.a (id INT PRIMARY KEY, word TEXT)", "INSERT INTO t.a VALUES (1, 'one'), (2, 'two')",
            "CREATE TABLE t.altered SELECT * FROM t.a", "CREATE TABLE t.rebuilt SELECT * FROM t.a",
            "CREATE TABLE t.dropped SELECT * FROM t.a", "CREATE TABLE t.emptied SELECT * FROM t.a",
            "CREATE TABLE t.renamed SELECT * FROM t.a", "CREATE TABLE t.indexed (id INT, n INT)", "INSERT INTO t.indexed VALUES (1, 1)",
            "CREATE DATABASE gone", "CREATE TABLE gone.t SELECT * FROM t.a", "CREATE VIEW t.v AS SELECT 1");
        var before = await SumsAsync(leader);
        var keep = await WaitingAsync(leader,
            ["BEGIN", "INSERT INTO t.a VALUES (3, 'never acknowledged')", "SAVEPOINT s", "UPDATE t.a SET word = '' WHERE id = 1", "COMMIT"],
            ["CREATE TABLE t.made (id INT PRIMARY KEY)"],
            ["ALTER TABLE t.altered ADD COLUMN late INT"],
            ["ALTER TABLE t.rebuilt MODIFY id BIGINT, ALGORITHM = COPY"],
            ["DROP TABLE t.dropped"],
            ["TRUNCATE TABLE t.emptied"],
            ["RENAME TABLE t.renamed TO t.elsewhere"],
            ["CREATE INDEX late ON t.indexed (n)"],
            ["DROP DATABASE gone"],
            ["CREATE DATABASE late"],
            ["DROP VIEW t.v"],
            ["SET gtid_next = 'AUTOMATIC:shop'", "INSERT INTO t.a VALUES (9, 'nine')"],
            ["CREATE PROCEDURE t.late() SELECT 1"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        await RequireRefusedIfDamagedAsync(BinlogRewind.LastLog(leader.Options.DataDirectory, out _)!, keep);

        var started = Stopwatch.GetTimestamp();
        var cut = Assert.IsType<RewindOutcome.Cut>(await RewindAsync(leader, uuid, keep));
        var rewound = Stopwatch.GetElapsedTime(started).TotalSeconds;
        await leader.StartAgainAsync();
        var back = Stopwatch.GetElapsedTime(started).TotalSeconds;
        output.WriteLine($"cut {cut.Transactions} in {rewound:0.000} s, back after {back:0.000} s");

        Assert.Equal(13, cut.Transactions.Count);
        Assert.Contains(":shop:1", cut.Transactions.ToString(), StringComparison.Ordinal);
        var status = await leader.StatusAsync();
        Assert.Equal(keep, status.Executed);
        Assert.NotEqual(uuid, status.ServerUuid);
        await leader.LeadAsync(acknowledgements: 0);
        Assert.Equal(before, await SumsAsync(leader));
        Assert.Equal("0", await leader.ClientReadsAsync("COUNT(*) FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 't'"));
        Assert.Equal("1", await leader.ClientReadsAsync("COUNT(*) FROM information_schema.VIEWS WHERE TABLE_SCHEMA = 't'"));
        var text = await ReadArchiveAsync(cut);
        Assert.Contains("never acknowledged", text, StringComparison.Ordinal);
        Assert.Contains("DROP DATABASE gone", text, StringComparison.Ordinal);
        Assert.Equal(13, text.Split("GTID_NEXT= '").Length - text.Split("GTID_NEXT= 'AUTOMATIC'").Length);

        // What was undone can be done anew: nothing of it is left behind.
        await leader.ClientDoesAsync("CREATE DATABASE late", "CREATE TABLE t.made (id INT)", "DROP TABLE t.dropped", "DROP DATABASE gone",
            "CREATE INDEX late ON t.indexed (n)", "RENAME TABLE t.renamed TO t.elsewhere", "INSERT INTO t.a VALUES (3, 'again')");
    }

    [Fact]
    public async Task What_the_next_epoch_has_stays_and_only_what_follows_is_cut()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(
            leader, ["INSERT INTO t.a VALUES (1)"], ["INSERT INTO t.a VALUES (2)"], ["INSERT INTO t.a VALUES (3)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        var received = keep.Union(GtidSet.Of(uuid, keep.Count + 1));
        var cut = Assert.IsType<RewindOutcome.Cut>(await RewindAsync(leader, uuid, received));
        await leader.StartAgainAsync();
        Assert.Equal(2, cut.Transactions.Count);
        Assert.Equal(received, (await leader.StatusAsync()).Executed);
        await leader.LeadAsync(acknowledgements: 0);
        Assert.Equal("1", await leader.ClientReadsAsync("COUNT(*) FROM t.a"));
    }

    [Fact]
    public async Task Where_the_next_epoch_has_all_nothing_is_changed()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (1)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        _ = Assert.IsType<RewindOutcome.NothingToCut>(await RewindAsync(leader, uuid, keep.Union(GtidSet.Of(uuid, keep.Count + 1))));
        await leader.StartAgainAsync();
        Assert.Equal(uuid, (await leader.StatusAsync()).ServerUuid);
        Assert.Equal(keep.Count + 1, (await leader.StatusAsync()).Executed.Count);
    }

    [Fact]
    public async Task An_interrupted_rewind_is_done_again_with_the_same_archive()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (1)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        var log = BinlogRewind.LastLog(leader.Options.DataDirectory, out _)!;
        var length = new FileInfo(log).Length;
        var order = OrderOf(uuid, keep);
        var archive = Path.Combine(ArchivesOf(leader), $"epoch-{Epoch}-{uuid[..8]}");

        // The agent dies while it archives: a part is there under another name.
        _ = Directory.CreateDirectory(archive + ".building");
        await File.WriteAllTextAsync(Path.Combine(archive + ".building", Path.GetFileName(log)), "half");

        // It dies between archive and cut.
        var tail = BinlogTail.Find(log, keep, keep);
        await BinlogRewind.ArchiveAsync(log, tail, order, archive, DateTimeOffset.UnixEpoch, TestNode.Within(10));
        Assert.Equal(length, new FileInfo(log).Length);
        var cut = Assert.IsType<RewindOutcome.Cut>(await RewindAsync(leader, uuid, keep));
        Assert.Equal(archive, cut.Archive);
        Assert.True(new FileInfo(log).Length < length);

        // It dies before it could say so.
        Assert.Equal(cut, await RewindAsync(leader, uuid, keep));
        Assert.Equal(archive, Assert.Single(Directory.GetDirectories(ArchivesOf(leader))));
        await leader.StartAgainAsync();
        Assert.Equal(keep, (await leader.StatusAsync()).Executed);

        // Once it has been started it is another server's data, and left alone.
        await leader.KillAsync();
        Assert.Contains("is not that of", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_torn_end_is_cut_with_the_rest_and_left_to_mysqld_where_it_is_all()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (1)"], ["INSERT INTO t.a VALUES (2)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        var log = BinlogRewind.LastLog(leader.Options.DataDirectory, out _)!;
        using (var file = File.OpenWrite(log))
        {
            file.SetLength(file.Length - 40);
        }

        var cut = Assert.IsType<RewindOutcome.Cut>(await RewindAsync(leader, uuid, keep));
        Assert.Equal(1, cut.Transactions.Count);
        _ = await ReadArchiveAsync(cut);
        await leader.StartAgainAsync();
        Assert.Equal(keep, (await leader.StatusAsync()).Executed);

        keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (3)"]);
        uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        log = BinlogRewind.LastLog(leader.Options.DataDirectory, out _)!;
        using (var file = File.OpenWrite(log))
        {
            file.SetLength(file.Length - 40);
        }

        _ = Assert.IsType<RewindOutcome.NothingToCut>(await RewindAsync(leader, uuid, keep));
        await leader.StartAgainAsync();
        Assert.Equal(keep, (await leader.StatusAsync()).Executed);
    }

    [Theory]
    [InlineData("an XA transaction", "XA START 'x'", "INSERT INTO t.a VALUES (5)", "XA END 'x'", "XA PREPARE 'x'")]
    [InlineData("is not undone by the engine", "ANALYZE TABLE t.a")]
    [InlineData("compressed", "SET SESSION binlog_transaction_compression = ON", "INSERT INTO t.a VALUES (5)")]
    public async Task What_the_engine_may_not_undo_is_not_cut(string why, params string[] statements)
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, statements);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        Assert.Contains(why, await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mysqld_that_was_shut_down_or_started_since_is_not_cut()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (1)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        await leader.KillAsync();
        await leader.StartAgainAsync();
        Assert.Equal(keep.Count + 1, (await leader.StatusAsync()).Executed.Count);
        var used = await Assert.ThrowsAsync<SupervisionException>(() => RewindAsync(leader, uuid, keep));
        Assert.Contains("in use by", used.Message, StringComparison.Ordinal);
        await leader.KillAsync();
        Assert.Contains("an earlier log holds some too", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);

        await leader.StartAgainAsync();
        leader.Mysqld.EndInOrder();
        _ = await leader.Mysqld.Exited.WaitAsync(TestNode.Within(20));
        Assert.Contains("closed in order", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Data_that_is_not_what_the_order_says_is_not_cut()
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var keep = await WaitingAsync(leader, ["INSERT INTO t.a VALUES (1)"], ["INSERT INTO t.a VALUES (2)"]);
        var uuid = (await leader.StatusAsync()).ServerUuid;
        var directory = leader.Options.DataDirectory;
        await leader.KillAsync();
        var (first, second) = (GtidSet.Of(uuid, keep.Count + 1), GtidSet.Of(uuid, keep.Count + 2));
        Assert.Contains("follows on what is not", await RefusedAsync(leader, uuid, keep.Union(second)), StringComparison.Ordinal);
        var began = await RefusedAsync(leader, uuid, keep, began: keep.Union(first));
        Assert.Contains("before this server led", began, StringComparison.Ordinal);
        Assert.Contains("is not that of", await RefusedAsync(leader, Guid.Empty.ToString(), keep), StringComparison.Ordinal);

        // A table of another engine has its description beside it.
        var stray = Path.Combine(directory, "t", "old_99.sdi");
        await File.WriteAllTextAsync(stray, """{"dd_object":{"name":"old","schema_ref":"t","engine":"MyISAM"}}""");
        Assert.Contains("t.old (MyISAM)", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
        File.Delete(stray);

        var log = BinlogRewind.LastLog(directory, out _)!;
        await File.WriteAllTextAsync(Path.Combine(directory, "binlog.999999"), "");
        Assert.Contains("later ones", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
        File.Delete(Path.Combine(directory, "binlog.999999"));

        // One bit, somewhere in the tail.
        var bytes = await File.ReadAllBytesAsync(log);
        bytes[^50] ^= 1;
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Contains("damaged", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
        bytes[0] = 0xfd;
        await File.WriteAllBytesAsync(log, bytes);
        Assert.Contains("encrypted", await RefusedAsync(leader, uuid, keep), StringComparison.Ordinal);
    }

    /// <summary>
    /// Semi-sync was off after all: then gtid_executed tells after the start what the cut did not undo. A commit that was not in the redo
    /// log's file yet when mysqld was killed is undone all the same; never is the row there and not told.
    /// </summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_engine_had_committed_is_told_after_the_start(bool flushed)
    {
        await using var leader = await LeadAsync("CREATE TABLE t.a (id INT PRIMARY KEY)");
        var before = await leader.StatusAsync();
        await leader.ClientDoesAsync("INSERT INTO t.a VALUES (1)");
        if (flushed)
        {
            await leader.AgentDoesAsync("FLUSH NO_WRITE_TO_BINLOG ENGINE LOGS");
        }

        await leader.KillAsync();
        var cut = Assert.IsType<RewindOutcome.Cut>(await RewindAsync(leader, before.ServerUuid, before.Executed));
        await leader.StartAgainAsync();
        var told = (await leader.StatusAsync()).Executed.Contains(cut.Transactions);
        await leader.LeadAsync(acknowledgements: 0);
        Assert.Equal(told ? "1" : "0", await leader.ClientReadsAsync("COUNT(*) FROM t.a"));
        Assert.True(told || !flushed);
        output.WriteLine(told ? "kept, and told" : "undone");
    }

    /// <summary>A second reader puts the cut of a real log at the same place; and a byte that changed is seen wherever it is.</summary>
    private static async Task RequireRefusedIfDamagedAsync(string log, GtidSet keep)
    {
        var bytes = await File.ReadAllBytesAsync(log);
        var (plain, tail) = (PlainLog.Read(bytes), BinlogTail.Find(log, keep, GtidSet.Empty));
        var surplus = plain.Transactions.Where(t => !keep.Contains(t.Source, t.Number)).ToList();
        Assert.Null(plain.Damage);
        Assert.Equal(surplus[0].Start, tail.From);
        Assert.Equal(tail.Transactions, surplus.Aggregate(GtidSet.Empty, (all, t) => all.Union(t.Gtid)));
        var (copy, random) = (log + ".damaged", new Random(1));
        for (var run = 0; run < 300; run++)
        {
            var damaged = bytes.ToArray();
            damaged[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            await File.WriteAllBytesAsync(copy, damaged);
            Assert.NotNull(BinlogTail.Find(copy, keep, GtidSet.Empty).Refusal);
        }

        File.Delete(copy);
    }

    private static RewindOrder OrderOf(string uuid, GtidSet keep, GtidSet? began = null) => new(Epoch, uuid, began ?? GtidSet.Empty, keep);

    private static string ArchivesOf(TestNode node) => Path.Combine(Path.GetDirectoryName(node.Options.DataDirectory)!, "archive");

    private static Task<RewindOutcome> RewindAsync(TestNode node, string uuid, GtidSet keep, GtidSet? began = null) =>
        BinlogRewind.RunAsync(
            node.Options.DataDirectory, OrderOf(uuid, keep, began), ArchivesOf(node), DateTimeOffset.UtcNow, TestNode.Within(20));

    /// <summary>Why not; and that nothing was touched.</summary>
    private static async Task<string> RefusedAsync(TestNode node, string uuid, GtidSet keep, GtidSet? began = null)
    {
        var logs = Directory.GetFiles(node.Options.DataDirectory, "binlog.*").ToDictionary(f => f, f => new FileInfo(f).Length);
        var refused = Assert.IsType<RewindOutcome.Refused>(await RewindAsync(node, uuid, keep, began));
        Assert.Equal(logs, Directory.GetFiles(node.Options.DataDirectory, "binlog.*").ToDictionary(f => f, f => new FileInfo(f).Length));
        return refused.Sentence;
    }

    private async Task<TestNode> LeadAsync(params string[] statements)
    {
        var leader = await TestNode.StartAsync(template, 1);
        await leader.LeadAsync(acknowledgements: 0);
        await leader.ClientDoesAsync(["CREATE DATABASE t", .. statements]);
        return leader;
    }

    /// <summary>
    /// Each client's statements, the last of which waits in its commit for ever, one after the other in the log. Returns what was there
    /// before.
    /// </summary>
    private static async Task<GtidSet> WaitingAsync(TestNode leader, params string[][] clients)
    {
        await leader.LeadAsync(acknowledgements: 0);
        var keep = (await leader.StatusAsync()).Executed;
        _ = (await leader.Server.SetAcknowledgementsAsync(1, TestNode.Within(5))).OrThrow();
        var log = BinlogRewind.LastLog(leader.Options.DataDirectory, out _)!;
        long Logged() => BinlogFile.Read(log).Inside!.Minus(keep).Count;
        for (var i = 0; i < clients.Length; i++)
        {
            var commit = leader.ClientDoesAsync(clients[i]);
            var deadline = TestNode.Within(10);
            while (Logged() < i + 1)
            {
                Assert.False(commit.IsFaulted, $"{clients[i][^1]}: {commit.Exception?.InnerException?.Message}");
                Assert.False(deadline.IsCancellationRequested, $"not in the log: {clients[i][^1]}");
                await Task.Delay(5, CancellationToken.None);
            }

            Assert.False(commit.IsCompleted, clients[i][^1]);
            _ = commit.ContinueWith(c => c.Exception, TaskScheduler.Default);
        }

        return keep;
    }

    /// <summary>Of every table of ours: how it is made, and what is in it.</summary>
    private static async Task<string> SumsAsync(TestNode node)
    {
        await using var client = await node.ClientAsync();
        var tables = await client.QueryAsync(
            "SELECT CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`') AS name FROM information_schema.TABLES"
            + " WHERE TABLE_TYPE = 'BASE TABLE' AND"
            + " TABLE_SCHEMA NOT IN ('mysql', 'sys', 'performance_schema', 'information_schema', 'mysqlha') ORDER BY 1");
        var sums = new List<string>();
        foreach (var name in tables.Select(t => t.Text("name")))
        {
            var sum = await client.RowAsync($"CHECKSUM TABLE {name} EXTENDED");
            var made = await client.RowAsync($"SHOW CREATE TABLE {name}");
            sums.Add($"{name} {sum.Text("Checksum")} {made.Text("Create Table")}");
        }

        Assert.NotEmpty(sums);
        return string.Join('\n', sums);
    }

    private static async Task<string> ReadArchiveAsync(RewindOutcome.Cut cut)
    {
        var log = Assert.Single(Directory.GetFiles(cut.Archive, "binlog.*"));
        string[] arguments = ["--no-defaults", "--verbose", "--base64-output=decode-rows", "--verify-binlog-checksum", log];
        using var reader = Process.Start(new ProcessStartInfo(MysqldOnThisMachine.Mysqlbinlog, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = reader.StandardError.ReadToEndAsync(TestNode.Within(10));
        var text = await reader.StandardOutput.ReadToEndAsync(TestNode.Within(10));
        await reader.WaitForExitAsync(TestNode.Within(10));
        Assert.True(reader.ExitCode == 0, await errors);
        return text;
    }
}
