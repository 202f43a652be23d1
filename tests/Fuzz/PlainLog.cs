using System.Buffers.Binary;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// A second reader of binary logs, as plain as can be: all in memory, every event held against its checksum and its place. Shares no code
/// with the agent's.
/// </summary>
internal sealed class PlainLog
{
    private const uint InUse = 1;
    private int _events;
    private string? _unknown;

    /// <summary>What begins at a byte, ends before another, and has its end.</summary>
    internal sealed record Transaction(string Source, long Number, int Start, bool Whole)
    {
        public GtidSet Gtid => GtidSet.Of(Source, Number);
    }

    public List<Transaction> Transactions { get; } = [];

    /// <summary>Behind the last event that is whole.</summary>
    public int End { get; private set; }

    /// <summary>Null: every byte is as it was written, but for an end within an event.</summary>
    public string? Damage { get; private set; }

    public static PlainLog Read(byte[] bytes)
    {
        var log = new PlainLog { End = 4 };
        log.Damage = bytes is [0xfe, (byte)'b', (byte)'i', (byte)'n', ..] ? log.Walk(bytes) ?? log._unknown : "no log";
        return log;
    }

    private string? Walk(byte[] bytes)
    {
        while (bytes.Length - End >= LogWriter.HeaderLength)
        {
            var head = bytes.AsSpan(End);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(head[9..]);
            var next = BinaryPrimitives.ReadUInt32LittleEndian(head[13..]);
            if (length > head.Length && next == End + length)
            {
                return null; // torn within its last event
            }

            if (length > head.Length || length < LogWriter.HeaderLength + LogWriter.ChecksumLength || next != End + length)
            {
                return head.ContainsAnyExcept((byte)0) ? $"at {End}" : null; // torn, and filled up
            }

            var one = head[..(int)length].ToArray();
            if (one[4] == 15)
            {
                one[17] &= unchecked((byte)~InUse);
            }

            var (body, sum) = (one[..^4], BinaryPrimitives.ReadUInt32LittleEndian(one.AsSpan(one.Length - 4)));
            if (LogWriter.Sum(body) != sum)
            {
                return $"at {End}";
            }

            Take(body);
            End += (int)length;
        }

        return null;
    }

    private void Take(byte[] one)
    {
        var body = one.AsSpan(LogWriter.HeaderLength);
        switch (one[4])
        {
            case 33 when body.Length >= 25:
                Begin(Uuid(body[1..17]), BinaryPrimitives.ReadInt64LittleEndian(body[17..]));
                break;
            case 42:
                TakeTagged(body.ToArray());
                break;
            case 16:
                Finish();
                break;
            case 2 when Text(body) is { } text && text != "BEGIN" && _events == 0:
                Finish(); // a definition is one statement
                break;
        }

        _events = one[4] is 33 or 42 ? 0 : _events + 1;
    }

    private void TakeTagged(byte[] body)
    {
        var at = 0;
        try
        {
            for (var skipped = 0; skipped < 6; skipped++)
            {
                _ = Short(body, ref at);
            }

            var uuid = Enumerable.Range(0, 16).Select(_ => (byte)Short(body, ref at)).ToArray();
            _ = Short(body, ref at);
            var number = (long)(Short(body, ref at) >> 1);
            _ = Short(body, ref at);
            var length = (int)Short(body, ref at);
            var tag = Encoding.ASCII.GetString(body, at, length);
            Begin(length == 0 ? Uuid(uuid) : $"{Uuid(uuid)}:{tag}", number);
        }
        catch (Exception e) when (e is IndexOutOfRangeException or ArgumentException or OverflowException)
        {
            _unknown = "a tagged identifier that this reader does not know";
        }
    }

    private void Begin(string source, long number) => Transactions.Add(new Transaction(source, number, End, Whole: false));

    private void Finish()
    {
        if (Transactions.Count > 0)
        {
            Transactions[^1] = Transactions[^1] with { Whole = true };
        }
    }

    private static string? Text(ReadOnlySpan<byte> body)
    {
        var from = body.Length < 13 ? int.MaxValue : 13 + BinaryPrimitives.ReadUInt16LittleEndian(body[11..]) + body[8] + 1;
        return from > body.Length ? null : Encoding.UTF8.GetString(body[from..]);
    }

    private static string Uuid(ReadOnlySpan<byte> bytes) => new Guid(bytes, bigEndian: true).ToString();

    private static ulong Short(byte[] bytes, ref int at)
    {
        var (ones, first) = (0, bytes[at]);
        while (ones < 8 && (first & (1 << ones)) != 0)
        {
            ones++;
        }

        var number = ones == 8 ? 0UL : (ulong)(first >> (ones + 1));
        for (var i = 0; i < ones; i++)
        {
            number |= (ulong)bytes[at + 1 + i] << (ones == 8 ? 8 * i : 7 - ones + (8 * i));
        }

        at += ones + 1;
        return number;
    }
}
