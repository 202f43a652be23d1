using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Storage;
using MySqlHa.Supervision;
using MySqlHa.Tests.RealMysqld;
using MySqlHa.Tests.Supervision;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Starts that must not be: each ends by itself with one sentence that names what is wrong, and leaves every file as it was.</summary>
[Collection(AgentRoom.Name)]
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public sealed class RefusedStartTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private const int Refused = 1;
    private const int Usage = 2;
    private readonly string _home = Directory.CreateTempSubdirectory("ha").FullName;
    private readonly AgentNode _node;

    public RefusedStartTests() => _node = new AgentNode(_home, 64, [65, 66]);

    private string State => Path.Combine(_node.Data, "state");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync()
    {
        await _node.DisposeAsync();
        Directory.Delete(_home, recursive: true);
    }

    [Fact]
    public async Task Everything_that_is_wrong_in_a_configuration_is_named_at_once()
    {
        _node.Configure("/no/such/mysqld", [65], "voters: 4", "timing: hasty", "colour: red", "durability: maybe");
        var (code, printed) = await _node.RefusedAsync("--listen", "here");
        Assert.Equal(Usage, code);
        Assert.Contains("5 to mend", printed, StringComparison.Ordinal);
        foreach (var wrong in (string[])["listen: 'here'", "voters: '4'", "timing: 'hasty'", "durability: 'maybe'", "colour"])
        {
            Assert.Contains(wrong, printed, StringComparison.Ordinal);
        }

        Assert.False(Directory.Exists(_node.Data));
    }

    [Fact]
    public async Task A_missing_key_and_a_missing_mysqld_are_named_together()
    {
        _node.KeyFile = Path.Combine(_home, "no.key");
        _node.Configure("/no/such/mysqld", [65]);
        var (code, printed) = await _node.RefusedAsync();
        Assert.Equal(Usage, code);
        Assert.Contains($"ring-key: '{_node.KeyFile}' does not exist", printed, StringComparison.Ordinal);
        Assert.Contains("mysqld: '/no/such/mysqld' is no file that this user may run", printed, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_taken_port_is_named_with_who_has_it()
    {
        var address = IPAddress.Parse(_node.Host);
        using var http = Taken(address, 9631, ProtocolType.Tcp);
        var printed = await RefusesAsync();
        Assert.Contains($"ports.http: {_node.Host}:9631/tcp is taken by process {Environment.ProcessId} (", printed, StringComparison.Ordinal);
        Assert.DoesNotContain("ports.ring", printed, StringComparison.Ordinal);

        using var ring = Taken(address, 9638, ProtocolType.Tcp);
        using var gossip = Taken(address, 9638, ProtocolType.Udp);
        using var mysql = Taken(address, 3306, ProtocolType.Tcp);
        printed = await RefusesAsync();
        foreach (var port in (string[])["9631/tcp", "9638/tcp", "9638/udp", "3306/tcp"])
        {
            Assert.Contains($"{_node.Host}:{port} is taken by process {Environment.ProcessId} (", printed, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("mariadbd  Ver 11.4.2-MariaDB-1 for debian-linux-gnu on x86_64", "is MariaDB")]
    [InlineData("mysqld  Ver 8.0.36 for Linux on x86_64 (MySQL Community Server - GPL)", "is MySQL 8.0.36: it is too old")]
    [InlineData("hello", "does not say that it is mysqld: hello")]
    public async Task A_server_program_that_cannot_be_used_is_refused(string version, string sentence)
    {
        var mysqld = Path.Combine(_home, "mysqld");
        ShellScript.Write(mysqld, $"echo '{version}'");
        _node.Configure(mysqld, [65, 66]);
        Assert.Contains($"'{mysqld}' {sentence}", await RefusesAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ring_key_that_others_can_read_is_refused()
    {
        File.SetUnixFileMode(_node.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        Assert.Contains($"ring key {_node.KeyFile} is open to other users (mode 0604): chmod 600 {_node.KeyFile}", await RefusesAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_log_with_a_torn_end_is_cut_and_says_so_and_one_that_is_damaged_before_is_refused()
    {
        var log = Path.Combine(State, "raft", "raft.log");
        using (var file = RaftLogFile.Open(Path.GetDirectoryName(log)!))
        {
            for (var index = 1; index <= 3; index++)
            {
                file.Save(new RaftOutput { Append = [new LogEntry(index, 1, EntryKind.Noop, ReadOnlyMemory<byte>.Empty)] });
            }
        }

        var whole = await File.ReadAllBytesAsync(log);
        byte[] damaged = [.. whole];
        damaged[30] ^= 0xff;
        await File.WriteAllBytesAsync(log, damaged);
        Assert.Contains($"{log} is damaged at offset 16: a record is unsound, but sound ones follow", await RefusesAsync(), StringComparison.Ordinal);
        Assert.Equal(damaged, await File.ReadAllBytesAsync(log));

        await File.WriteAllBytesAsync(log, [.. whole, .. "half a rec"u8]);
        _node.Start();
        await _node.UntilPrintedAsync($"{log} ended in 10 bytes of an unfinished write", within: 60);
        await _node.UntilPrintedAsync("started (pid", within: 60);
        Assert.Equal(whole, await File.ReadAllBytesAsync(log));

        // And while it runs, no other agent works in its directory.
        await using var twin = new AgentNode(_home, 64, [65, 66]);
        var (code, printed) = await twin.RefusedAsync();
        Assert.Equal(Refused, code);
        Assert.Contains($"another process works in {State}/raft", printed, StringComparison.Ordinal);
        Assert.True(_node.Runs);
    }

    [Theory]
    [InlineData("local.json", "local.json is damaged at offset 0: its first line is no checksum")]
    [InlineData("node-id", "'{\"life\":1}' is no node id")]
    public async Task What_a_node_remembers_is_not_guessed_where_it_is_damaged(string name, string sentence)
    {
        var file = Path.Combine(State, name);
        _ = Directory.CreateDirectory(State);
        await File.WriteAllTextAsync(file, "{\"life\":1}");
        Assert.Contains(sentence, await RefusesAsync(), StringComparison.Ordinal);
        Assert.Equal("{\"life\":1}", await File.ReadAllTextAsync(file));
    }

    [Fact]
    public async Task Data_of_another_cluster_is_left_alone()
    {
        _ = Directory.CreateDirectory(_node.MysqlDirectory);
        await File.WriteAllTextAsync(Path.Combine(_node.MysqlDirectory, "ibdata1"), "theirs");
        DataDirectory.MarkComplete(_node.MysqlDirectory, "theirs");
        var before = PlainServer.Fingerprint(_node.MysqlDirectory);
        Assert.Contains($"'{_node.MysqlDirectory}' is data of a cluster theirs, but '{State}' knows of none", await RefusesAsync(), StringComparison.Ordinal);

        var ours = LocalRecord.Initial with { ClusterId = "ours", ClusterSecret = Convert.ToBase64String(new byte[32]) };
        DurableFile.WriteChecked(
            Path.Combine(State, "local.json"), JsonSerializer.SerializeToUtf8Bytes(ours, FailoverJson.Default.LocalRecord), DurableFile.Private);
        Assert.Contains($"'{_node.MysqlDirectory}' is data of a cluster theirs, but this node belongs to cluster ours", await RefusesAsync(), StringComparison.Ordinal);
        Assert.Equal(before, PlainServer.Fingerprint(_node.MysqlDirectory));
    }

    /// <summary>Copied by hand: two servers with one server_uuid would take each other's transactions for their own.</summary>
    [Fact]
    public async Task Data_of_another_node_is_left_alone()
    {
        _ = Directory.CreateDirectory(_node.MysqlDirectory);
        await File.WriteAllTextAsync(Path.Combine(_node.MysqlDirectory, "ibdata1"), "theirs");
        var other = new string('b', 32);
        DataDirectory.MarkComplete(_node.MysqlDirectory, "ours", other);
        var before = PlainServer.Fingerprint(_node.MysqlDirectory);
        _ = Directory.CreateDirectory(State);
        var ours = LocalRecord.Initial with { ClusterId = "ours", ClusterSecret = Convert.ToBase64String(new byte[32]) };
        DurableFile.WriteChecked(
            Path.Combine(State, "local.json"), JsonSerializer.SerializeToUtf8Bytes(ours, FailoverJson.Default.LocalRecord), DurableFile.Private);
        Assert.Contains($"'{_node.MysqlDirectory}' is the data of node {other}, and this is node ", await RefusesAsync(), StringComparison.Ordinal);
        Assert.Equal(before, PlainServer.Fingerprint(_node.MysqlDirectory));
    }

    [Fact]
    public async Task To_adopt_needs_data_that_can_be_adopted()
    {
        Assert.Contains($"adopt: there is no data to take over in '{_node.MysqlDirectory}'", await RefusesAsync("--adopt"), StringComparison.Ordinal);
        _ = Directory.CreateDirectory(_node.MysqlDirectory);
        await File.WriteAllTextAsync(Path.Combine(_node.MysqlDirectory, "letter.txt"), "dear");
        var before = PlainServer.Fingerprint(_node.MysqlDirectory);
        Assert.Contains($"adopt: '{_node.MysqlDirectory}' cannot be taken over and is left as it is: it is no data directory of MySQL 8", await RefusesAsync("--adopt"), StringComparison.Ordinal);
        Assert.Equal(before, PlainServer.Fingerprint(_node.MysqlDirectory));
    }

    /// <summary>Ends by itself with 1 and says why exactly once.</summary>
    private async Task<string> RefusesAsync(params string[] flags)
    {
        var (code, printed) = await _node.RefusedAsync(flags);
        Assert.True(code == Refused, $"exit code {code}:\n{printed}");
        Assert.True(printed.Split("The agent cannot start: ").Length == 2, printed);
        Assert.DoesNotContain("   at ", printed, StringComparison.Ordinal);
        return printed;
    }

    private static Socket Taken(IPAddress address, int port, ProtocolType protocol)
    {
        var socket = new Socket(address.AddressFamily, protocol == ProtocolType.Udp ? SocketType.Dgram : SocketType.Stream, protocol);
        socket.Bind(new IPEndPoint(address, port));
        if (protocol == ProtocolType.Tcp)
        {
            socket.Listen();
        }

        return socket;
    }
}
