using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Telemetry;

/// <summary>
/// One entry as journald takes it: <c>FIELD=value</c> and a line feed, or, where the value has line feeds of its own, the field,
/// a line feed, the value's length in eight bytes, the value, a line feed.
/// </summary>
internal sealed class JournalEntry
{
    /// <summary>Bytes of a value; what is longer is cut. A datagram has to fit into the socket's buffer.</summary>
    public const int LongestValue = 48 * 1024;

    /// <summary>The first three quarters of every MESSAGE_ID; the event's number is the rest. Never changed.</summary>
    private const string MessageIds = "b7c1d9f04a6e4d2c9a35e8f1";

    private readonly ArrayBufferWriter<byte> _bytes = new(512);

    public ReadOnlySpan<byte> Bytes => _bytes.WrittenSpan;

    /// <summary>The line, its level and number, and every value that is named in it or goes with it, by its name in capitals.</summary>
    public static JournalEntry Of(
        LogLevel level, EventId id, string text, Exception? exception, IReadOnlyList<KeyValuePair<string, object?>>? values)
    {
        var entry = new JournalEntry();
        entry.Add("MESSAGE", text);
        entry.Add("PRIORITY", Priority(level));
        entry.Add("SYSLOG_IDENTIFIER", "mysqlha");
        entry.Add("MESSAGE_ID", string.Create(CultureInfo.InvariantCulture, $"{MessageIds}{id.Id:x8}"));
        entry.Add("EVENT_ID", id.Id.ToString(CultureInfo.InvariantCulture));
        foreach (var (name, value) in values ?? [])
        {
            var shown = Convert.ToString(value, CultureInfo.InvariantCulture);
            // Zero and nothing say that there is none: "EPOCH=0" would be found by nobody's question.
            if (FieldOf(name) is { } field && shown is { Length: > 0 } and not "0")
            {
                entry.Add(field, shown);
            }
        }

        if (exception is not null)
        {
            entry.Add("EXCEPTION", exception.ToString());
        }

        return entry;
    }

    /// <summary>As sd-daemon has them: 2 critical, 3 error, 4 warning, 6 informational, 7 debug.</summary>
    public static string Priority(LogLevel level) => level switch
    {
        LogLevel.Critical => "2",
        LogLevel.Error => "3",
        LogLevel.Warning => "4",
        LogLevel.Information => "6",
        _ => "7",
    };

    /// <summary>Null: journald would refuse it, or it is in the entry already.</summary>
    private static string? FieldOf(string name)
    {
        var field = name.ToUpperInvariant();
        var good = field.Length is > 0 and <= 64 && char.IsAsciiLetterUpper(field[0])
            && field.All(c => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c) || c == '_');
        return good && field is not ("MESSAGE" or "PRIORITY" or "SYSLOG_IDENTIFIER" or "MESSAGE_ID" or "EVENT_ID" or "TEXT") ? field : null;
    }

    private void Add(string field, string value)
    {
        var bytes = Encoding.UTF8.GetBytes(value);
        var taken = bytes.Length > LongestValue ? [.. bytes.AsSpan(0, LongestValue), .. "…"u8] : bytes;
        _bytes.Write(Encoding.ASCII.GetBytes(field));
        if (taken.AsSpan().Contains((byte)'\n'))
        {
            Span<byte> length = stackalloc byte[9];
            length[0] = (byte)'\n';
            BinaryPrimitives.WriteUInt64LittleEndian(length[1..], (ulong)taken.Length);
            _bytes.Write(length);
        }
        else
        {
            _bytes.Write("="u8);
        }

        _bytes.Write(taken);
        _bytes.Write("\n"u8);
    }
}
