using MySqlHa.Cluster;
using MySqlHa.Guard;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Guard;

/// <summary>What agent and guard say to each other: a line each, that must never be taken for what it is not.</summary>
public sealed class GuardOrderTests
{
    private const string Boot = "6f0c3a7e-0000-4000-8000-000000000001";
    private static readonly GuardOrder Order = new(new Instant(700), new ProcessName(4711, 88), new Instant(1_000));

    [Fact]
    public void An_order_and_a_sign_are_read_as_they_were_meant()
    {
        Assert.Equal(Order, GuardOrder.Parse(Order.Line(Boot), Boot));
        var unarmed = Order with { Mysqld = ProcessName.None, FenceAt = Instant.Never };
        Assert.Equal(unarmed, GuardOrder.Parse(unarmed.Line(Boot), Boot));
        var sign = new GuardSign(new Instant(700), new ProcessName(12, 34), Order.Mysqld);
        Assert.Equal(sign, GuardSign.Parse(sign.Line(Boot), Boot));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("order")]
    [InlineData("order 700 mysqld 4711 88 fence 1000")]
    [InlineData("order 700 mysqld 4711 88 fence 1000 boot " + Boot + " more")]
    [InlineData("order 700 mysqld 4711 88 fence -1000 boot " + Boot)]
    [InlineData("order 700 mysqld 99999999999 88 fence 1000 boot " + Boot)]
    [InlineData("order 700 mysqld 4711 88 fence soon boot " + Boot)]
    [InlineData("order 700 mysqld 4711 88 fence 99999999999999999999 boot " + Boot)]
    [InlineData("order 700 mysqld 4711 88 fence 1000 boot 00000000-0000-4000-8000-000000000002")]
    [InlineData("sign 700 guard 12 34 holds 4711 88 boot " + Boot)]
    public void Garbage_and_the_words_of_another_boot_are_no_order(string? line) => Assert.Null(GuardOrder.Parse(line, Boot));

    [Theory]
    [InlineData(999, false)]
    [InlineData(1_000, true)]
    [InlineData(long.MaxValue - 1, true)]
    public void An_order_is_due_from_its_instant_on(long now, bool due) => Assert.Equal(due, Order.IsDue(new Instant(now)));

    [Fact]
    public void Without_an_instant_an_order_is_never_due() =>
        Assert.False((Order with { FenceAt = Instant.Never }).IsDue(Instant.Never));

    [Fact]
    public void A_sign_covers_an_order_only_with_that_very_mysqld_in_hand()
    {
        var sign = new GuardSign(Order.At, new ProcessName(12, 34), Order.Mysqld);
        Assert.True(sign.Covers(Order));
        Assert.True(sign.Covers(Order with { At = new Instant(600) }));
        Assert.False(sign.Covers(Order with { At = new Instant(701) }));
        Assert.False((sign with { Held = ProcessName.None }).Covers(Order));
        Assert.False((sign with { Held = new ProcessName(4711, 89) }).Covers(Order)); // the number is somebody else's by now
    }

    [Fact]
    public void A_line_that_was_written_in_part_is_not_read()
    {
        using var directory = new TemporaryDirectory();
        var path = Path.Combine(directory.Path, "line");
        using var file = new LineFile(path);
        Assert.Null(file.Read());
        file.Write("a longer line than the next");
        file.Write("the next");
        Assert.Equal("the next", file.Read());
        var bytes = File.ReadAllBytes(path);
        for (var torn = 1; torn < bytes.Length; torn += 7)
        {
            var half = bytes.ToArray();
            half[torn - 1] ^= 1;
            File.WriteAllBytes(path, half);
            Assert.Null(file.Read());
        }

        // Both copies alike, as two writes on the heels of one read leave them.
        for (var torn = 0; torn < bytes.Length / 2; torn += 7)
        {
            var both = bytes.ToArray();
            both[torn] ^= 1;
            both[torn + (bytes.Length / 2)] ^= 1;
            File.WriteAllBytes(path, both);
            Assert.Null(file.Read());
        }

        File.WriteAllBytes(path, bytes[..^1]);
        Assert.Null(file.Read());
    }

    [Fact]
    public async Task A_reader_beside_a_writer_sees_whole_lines_only()
    {
        using var directory = new TemporaryDirectory();
        using var written = new LineFile(Path.Combine(directory.Path, "line"));
        using var read = new LineFile(written.Path);
        var done = false;
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                written.Write(new string((char)('a' + (i % 26)), 1 + (i % 180)));
            }

            Volatile.Write(ref done, true);
        });
        var seen = 0;
        while (!Volatile.Read(ref done))
        {
            if (read.Read() is { } line)
            {
                seen++;
                Assert.Single(line.Distinct());
            }
        }

        await writing;
        Assert.True(seen > 0);
    }
}
