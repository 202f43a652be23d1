using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;
using MySqlHa.Node;
using MySqlHa.Telemetry;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Telemetry;

/// <summary>What journald is told, read from a socket of the test as journald reads it.</summary>
public sealed class JournalTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mysqlha-journal-").FullName;
    private readonly Socket _socket = new(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveTimeout = 10_000 };

    public JournalTests() => _socket.Bind(new UnixDomainSocketEndPoint(Address));

    private string Address => Path.Combine(_folder, "socket");

    public void Dispose()
    {
        _socket.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void An_event_has_its_code_node_and_epoch_as_fields()
    {
        using var journal = new Journal(Address);
        NodeLog.Happened(journal.CreateLogger("x"), "epoch 7: db1 leads", "epoch-opened", SampleCluster.Id1.Hex, 7);

        var fields = Next();
        Assert.Equal("epoch 7: db1 leads", fields["MESSAGE"]);
        Assert.Equal("6", fields["PRIORITY"]);
        Assert.Equal("epoch-opened", fields["CODE"]);
        Assert.Equal(SampleCluster.Id1.Hex, fields["NODE"]);
        Assert.Equal("7", fields["EPOCH"]);
        Assert.Equal("4001", fields["EVENT_ID"]);
        Assert.Equal("b7c1d9f04a6e4d2c9a35e8f100000fa1", fields["MESSAGE_ID"]);
        Assert.Equal("mysqlha", fields["SYSLOG_IDENTIFIER"]);
        Assert.Equal(8, fields.Count);
    }

    [Fact]
    public void What_there_is_none_of_is_no_field_and_every_level_has_its_priority()
    {
        using var journal = new Journal(Address);
        NodeLog.Happened(journal.CreateLogger("x"), "x", "duty", "", 0);
        Assert.DoesNotContain(Next().Keys, k => k is "NODE" or "EPOCH");
        Assert.Equal(
            ["7", "7", "6", "4", "3", "2"],
            new[] { LogLevel.Trace, LogLevel.Debug, LogLevel.Information, LogLevel.Warning, LogLevel.Error, LogLevel.Critical }
                .Select(JournalEntry.Priority));
    }

    [Fact]
    public void Lines_of_a_value_stay_one_value_and_an_exception_is_told_whole()
    {
        using var journal = new Journal(Address);
        NodeLog.CoreFailed(journal.CreateLogger("x"), new InvalidOperationException("first\nsecond=2"));

        var fields = Next();
        Assert.EndsWith("first\nsecond=2", fields["MESSAGE"], StringComparison.Ordinal);
        Assert.Equal("2", fields["PRIORITY"]);
        Assert.StartsWith("System.InvalidOperationException: first\nsecond=2", fields["EXCEPTION"], StringComparison.Ordinal);
        Assert.DoesNotContain("SECOND", fields.Keys);
    }

    [Fact]
    public void A_long_value_is_cut_and_a_journald_that_takes_nothing_is_not_waited_for()
    {
        using var journal = new Journal(Address);
        var logger = journal.CreateLogger("x");
        NodeLog.Stopping(logger);
        _ = Next();
        NodeLog.Recovered(logger, new string('x', JournalEntry.LongestValue * 2));
        Assert.InRange(Next()["MESSAGE"].Length, JournalEntry.LongestValue, JournalEntry.LongestValue + 1);

        // Nobody reads: the socket's queue is full soon.
        for (var i = 0; i < 5000; i++)
        {
            NodeLog.Stopping(logger);
        }

        var read = 0;
        while (_socket.Available > 0)
        {
            _ = Next();
            read++;
        }

        Assert.InRange(read, 1, 4999);
        NodeLog.Stopping(logger);
        Assert.Equal($"{5000 - read} lines were lost, as journald did not take them", Next()["MESSAGE"]);
        Assert.Equal("Agent stops; mysqld goes on", Next()["MESSAGE"]);
    }

    [Theory]
    [InlineData("8:1234", "socket:[1234]", null, true)]
    [InlineData("8:1234", "/dev/null", "socket:[1234]", true)]
    [InlineData("8:1234", "socket:[12345]", "pipe:[1234]", false)]
    [InlineData("1234", "socket:[1234]", null, false)]
    [InlineData("8:", "socket:[]", null, false)]
    [InlineData(null, "socket:[1234]", null, false)]
    public void The_journal_is_used_only_where_what_is_printed_would_go_there(string? stream, string? output, string? error, bool ours) =>
        Assert.Equal(ours, Journal.IsOurs(stream, d => d == 1 ? output : error));

    private Dictionary<string, string> Next()
    {
        var buffer = new byte[1 << 20];
        var left = buffer.AsSpan(0, _socket.Receive(buffer));
        var fields = new Dictionary<string, string>();
        while (left.Length > 0)
        {
            var line = left.IndexOf((byte)'\n');
            var equals = left[..line].IndexOf((byte)'=');
            if (equals >= 0)
            {
                fields.Add(Encoding.ASCII.GetString(left[..equals]), Encoding.UTF8.GetString(left[(equals + 1)..line]));
                left = left[(line + 1)..];
            }
            else
            {
                var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(left[(line + 1)..]);
                fields.Add(Encoding.ASCII.GetString(left[..line]), Encoding.UTF8.GetString(left.Slice(line + 9, length)));
                Assert.Equal((byte)'\n', left[line + 9 + length]);
                left = left[(line + 10 + length)..];
            }
        }

        return fields;
    }
}
