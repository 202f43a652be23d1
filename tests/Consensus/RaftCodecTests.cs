using System.Text;
using System.Text.Json;
using MySqlHa.Consensus;
using Xunit;

namespace MySqlHa.Tests.Consensus;

public sealed class RaftCodecTests
{
    private const string Append = """{"t":"a","Term":1,"PrevIndex":1,"PrevTerm":1,"Entries":""";
    private const string Snapshot = """{"t":"s","Term":1,"Snapshot":{"Index":2,"Term":1,"Configuration":""";

    private static readonly RaftConfiguration Three = new([.. ScriptedCluster.Ids(1, 3)], [ScriptedCluster.Id(4)]);

    private static readonly RaftMessage[] Messages =
    [
        new VoteRequest(5, 9, 4, true, false),
        new VoteResponse(5, true, false),
        new AppendRequest(
            5, 7, 3,
            [
                new LogEntry(8, 3, EntryKind.Noop, default),
                new LogEntry(9, 4, EntryKind.Command, new byte[] { 0, 255, 10 }),
                new LogEntry(10, 5, EntryKind.Configuration, ConfigurationCodec.Encode(Three)),
            ],
            6, 12),
        new AppendResponse(5, false, 3, 2, 12),
        new SnapshotRequest(5, new RaftSnapshot(4, 3, Three, new byte[] { 1, 2, 3 }), 1),
        new TimeoutNow(5),
    ];

    [Fact]
    public void Every_message_survives_the_wire() => Assert.All(Messages, message =>
    {
        var bytes = RaftMessageCodec.Encode(message);
        var read = RaftMessageCodec.Decode(bytes);
        Assert.IsType(message.GetType(), read);
        Assert.Equal(Encoding.UTF8.GetString(bytes), Encoding.UTF8.GetString(RaftMessageCodec.Encode(read)));
    });

    [Fact]
    public void Every_record_survives_the_disk()
    {
        var entry = new LogEntry(8, 3, EntryKind.Command, new byte[] { 1 });
        Assert.Equal(entry.Data.ToArray(), RaftRecordCodec.DecodeEntry(RaftRecordCodec.Encode(entry)).Data.ToArray());
        var hard = new HardState(4, ScriptedCluster.Id(2), 3);
        Assert.Equal(hard, RaftRecordCodec.DecodeHard(RaftRecordCodec.Encode(hard)));
        var snapshot = RaftRecordCodec.DecodeSnapshot(RaftRecordCodec.Encode(new RaftSnapshot(4, 3, Three, new byte[] { 7 })));
        Assert.True(Three.Voters.SetEquals(snapshot.Configuration.Voters) && Three.Learners.SetEquals(snapshot.Configuration.Learners));
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("7")]
    [InlineData("{}")]
    [InlineData("""{"t":"x","Term":1}""")]
    [InlineData("""{"Term":1}""")]
    [InlineData("""{"t":"n","Term":-1}""")]
    [InlineData("""{"t":"n","Term":99999999999999999999}""")]
    [InlineData("""{"t":"n"}""")]
    [InlineData("""{"t":"v","Term":1,"LastIndex":-5,"LastTerm":1,"Pre":false,"Force":false}""")]
    [InlineData("""{"t":"v","Term":1,"LastIndex":5,"LastTerm":2,"Pre":false,"Force":false}""")]
    [InlineData("""{"t":"A","Term":1,"Success":true,"MatchIndex":-1,"HintTerm":0,"Round":0}""")]
    [InlineData(Append + """null,"Commit":0,"Round":0}""")]
    [InlineData(Append + """[null],"Commit":0,"Round":0}""")]
    [InlineData(Append + """[{"Index":3,"Term":1,"Kind":1,"Data":""}],"Commit":0,"Round":0}""")]
    [InlineData(Append + """[{"Index":2,"Term":2,"Kind":1,"Data":""}],"Commit":0,"Round":0}""")]
    [InlineData(Append + """[{"Index":2,"Term":1,"Kind":9,"Data":""}],"Commit":0,"Round":0}""")]
    [InlineData(Append + """[{"Index":2,"Term":1,"Kind":2,"Data":"e30="}],"Commit":0,"Round":0}""")]
    [InlineData(Append + """[{"Index":2,"Term":1,"Kind":1,"Data":"?"}],"Commit":0,"Round":0}""")]
    [InlineData("""{"t":"s","Term":1,"Snapshot":null,"Round":0}""")]
    [InlineData(Snapshot + """null,"Data":""},"Round":0}""")]
    [InlineData(Snapshot + """{"Voters":null,"Learners":[]},"Data":""},"Round":0}""")]
    [InlineData(Snapshot + """{"Voters":[null],"Learners":[]},"Data":""},"Round":0}""")]
    [InlineData(Snapshot + """{"Voters":[7],"Learners":[]},"Data":""},"Round":0}""")]
    [InlineData(Snapshot + """{"Voters":[],"Learners":[]},"Data":""},"Round":0}""")]
    public void Nonsense_from_the_wire_is_refused(string json) => Assert.True(IsRefused(Encoding.UTF8.GetBytes(json)), json);

    [Fact]
    public void Whatever_the_bytes_are_decoding_throws_only_what_it_says_and_the_core_takes_what_it_lets_through()
    {
        var random = new Random(4);
        var passed = 0;
        var cluster = new ScriptedCluster(3);
        foreach (var _ in Enumerable.Range(0, 20_000))
        {
            var bytes = RaftMessageCodec.Encode(Messages[random.Next(Messages.Length)]);
            for (var flips = random.Next(1, 4); flips > 0; flips--)
            {
                bytes[random.Next(bytes.Length)] = (byte)"0123456789{}[],:\"-tfnaAvVs\0\u007f"[random.Next(28)];
            }

            if (!IsRefused(bytes))
            {
                passed++;
                try
                {
                    cluster.Answer(3, 1, RaftMessageCodec.Decode(bytes));
                }
                catch (InvalidOperationException)
                {
                    // A well-formed lie about committed entries, or a message without an answer: stopping is the contract.
                    cluster = new ScriptedCluster(3);
                }
            }
        }

        Assert.InRange(passed, 100, 19_000);
    }

    private static bool IsRefused(byte[] bytes)
    {
        try
        {
            RaftMessageCodec.Decode(bytes);
            return false;
        }
        catch (Exception refusal) when (refusal is FormatException or JsonException)
        {
            return true;
        }
    }
}
