using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Membership;

public sealed class GossipCodecTests
{
    private static readonly NodeId A = NodeId.Parse(new string('a', 32));
    private static readonly NodeId B = NodeId.Parse(new string('b', 32));
    private static readonly MemberRecord Record = new(
        A, new NodeAddress("10.0.0.1"), 7, MemberStatus.Suspect, new MemberFacts("production", "db1", "c0ffee", "0.1.0"));

    private static readonly GossipMessage[] Messages =
    [
        new Ping(A, 1, B, [new MemberUpdate(Record, A)]),
        new Ping(A, 1, null, []),
        new Ack(A, 2, B, [new MemberUpdate(Record, B), new MemberUpdate(Record with { Id = B }, B)]),
        new PingRequest(A, 3, B, "10.0.0.2", 9638, [new MemberUpdate(Record, B)]),
        new Nack(A, 4, B, []),
        new News(A, 0, [new MemberUpdate(Record, B)]),
    ];

    [Fact]
    public void What_is_encoded_is_decoded_the_same()
    {
        foreach (var message in Messages)
        {
            var again = GossipCodec.Decode(GossipCodec.Encode(message));
            Assert.Equal(message.GetType(), again.GetType());
            Assert.Equal(message.Updates.AsEnumerable(), again.Updates);
            Assert.Equal(GossipCodec.Encode(message), GossipCodec.Encode(again));
        }

        var exchange = new StateExchange(ExchangeKind.Offer, [Record, Record with { Id = B }]);
        Assert.Equal(exchange.Members.AsEnumerable(), GossipCodec.DecodeExchange(GossipCodec.Encode(exchange)).Members);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"t":"x"}""")]
    [InlineData("""{"t":"n"}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":-1,"updates":[]}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":"1","updates":[]}""")]
    [InlineData("""{"t":"u","sender":5,"sequence":1,"updates":[]}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":1}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":1,"updates":null}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":1,"updates":[null]}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":1,"updates":[{}]}""")]
    [InlineData("""{"t":"u","sender":"ID","sequence":1e99,"updates":[]}""")]
    [InlineData("""{"t":"r","sender":"ID","sequence":1,"target":"ID","host":null,"port":1,"updates":[]}""")]
    [InlineData("""{"t":"r","sender":"ID","sequence":1,"target":"ID","host":"","port":1,"updates":[]}""")]
    [InlineData("""{"t":"r","sender":"ID","sequence":1,"target":"ID","host":"h","port":0,"updates":[]}""")]
    public void Nonsense_is_refused(string text) =>
        Assert.Throws<FormatException>(() => GossipCodec.Decode(Encoding.UTF8.GetBytes(text.Replace("ID", A.Hex, StringComparison.Ordinal))));

    [Theory]
    [InlineData("\"n\":7", "\"n\":-7")]
    [InlineData("\"n\":7", "\"n\":9007199254740993")]
    [InlineData("\"n\":7", "\"n\":7.5")]
    [InlineData("\"s\":1", "\"s\":9")]
    [InlineData("\"s\":1", "\"s\":\"Alive\"")]
    [InlineData("\"r\":9638", "\"r\":0")]
    [InlineData("\"m\":3306", "\"m\":70000")]
    [InlineData("\"g\":\"production\"", "\"g\":null")]
    [InlineData("\"g\":\"production\"", "\"g\":\"pro\\nduction\"")]
    [InlineData("\"h\":\"10.0.0.1\"", "\"h\":\"\"")]
    [InlineData("\"c\":\"c0ffee\"", "\"c\":\"0123456789012345678901234567890123456\"")]
    public void A_record_with_one_bad_part_is_refused(string good, string bad)
    {
        var text = Encoding.UTF8.GetString(GossipCodec.Encode(new News(B, 0, [new MemberUpdate(Record, B)])));
        Assert.Contains(good, text, StringComparison.Ordinal);
        _ = GossipCodec.Decode(Encoding.UTF8.GetBytes(text));
        _ = Assert.Throws<FormatException>(() => GossipCodec.Decode(Encoding.UTF8.GetBytes(text.Replace(good, bad, StringComparison.Ordinal))));
    }

    [Fact]
    public void Too_many_updates_are_refused()
    {
        var updates = Enumerable.Repeat(new MemberUpdate(Record, A), 65);
        _ = Assert.Throws<FormatException>(() => GossipCodec.Decode(GossipCodec.Encode(new News(A, 0, [.. updates]))));
    }

    [Fact]
    public void The_two_largest_records_fit_into_the_smallest_datagram()
    {
        var largest = Record with
        {
            Address = new NodeAddress(new string('h', 63), 65535, 65535, 65535),
            Incarnation = 1L << 50,
            Facts = new MemberFacts(
                new string('+', 63), new string('<', 63), new string('\'', 36), new string('&', 32), Adopts: true, MemberLimits.Incarnation),
        };
        var message = new Ping(A, long.MaxValue, B, [new MemberUpdate(largest, B), new MemberUpdate(largest with { Id = B }, A)]);
        _ = GossipCodec.Decode(GossipCodec.Encode(message));
        Assert.InRange(GossipCodec.Encode(message).Length, 900, 1100);
    }

    [Fact]
    public void Whatever_bytes_arrive_decoding_refuses_with_a_format_error_and_steps_never_throw()
    {
        var random = new Random(1);
        var swim = new Swim(Record with { Id = B, Status = MemberStatus.Alive }, GossipRuns.Lan, random, Instant.Zero);
        var exchange = new StateExchange(ExchangeKind.Offer, [Record, Record with { Id = B }]);
        var (now, decoded, exchanged) = (Instant.Zero, 0, 0);
        for (var run = 0; run < 8000; run++)
        {
            var bytes = run % 10 == 0 ? new byte[random.Next(200)] : GossipCodec.Encode(Messages[random.Next(Messages.Length)]);
            Mutate(random, bytes, run % 10 == 0 ? bytes.Length : random.Next(4));
            now += TimeSpan.FromMilliseconds(random.Next(300));
            try
            {
                swim.StepDatagram(now, ("10.0.0.9", 9638), GossipCodec.Decode(bytes));
                decoded++;
            }
            catch (FormatException)
            {
                _ = Assert.Throws<FormatException>(() => GossipCodec.DecodeExchange(bytes));
            }

            try
            {
                bytes = GossipCodec.Encode(exchange);
                Mutate(random, bytes, random.Next(3));
                swim.StepExchange(now, A, GossipCodec.DecodeExchange(bytes));
                exchanged++;
            }
            catch (FormatException)
            {
                // Refused, as it should be; anything else fails the test.
            }

            swim.Tick(now);
            _ = swim.TakeOutput();
        }

        Assert.InRange(decoded, 800, 7900);
        Assert.InRange(exchanged, 800, 7900);
        Assert.InRange(swim.Members.Count, 2, 4096);
    }

    private static void Mutate(Random random, byte[] bytes, int changes)
    {
        for (var i = 0; i < changes && bytes.Length > 0; i++)
        {
            var at = random.Next(bytes.Length);
            bytes[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)"0123456789\"{}[],:-eabcdefnull"[random.Next(29)],
                _ => bytes[random.Next(bytes.Length)],
            };
        }
    }
}
