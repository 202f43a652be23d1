using System.Buffers.Binary;
using System.Text;

namespace MySqlHa.Supervision;

/// <summary>
/// A statement in a binary log. <paramref name="EngineCommits"/>: it was written with the number of an engine's transaction, as a change of
/// the data dictionary that is atomic: without this event InnoDB undoes it at its next start.
/// </summary>
internal sealed record BinlogQuery(string Text, bool EngineCommits)
{
    /// <summary>More of an event than this is its text alone, of which only the beginning tells something.</summary>
    public const int LongestHead = FixedLength + ushort.MaxValue + byte.MaxValue + 1 + LongestText + ChecksumLength;

    private const int FixedLength = 13;
    private const int ChecksumLength = 4;
    private const int LongestText = 100;
    private const byte UpdatedSchemas = 12;
    private const byte LoggedWithXid = 17;
    private const byte TooManySchemas = 254;

    /// <summary>Null where it is written in a way this does not know.</summary>
    public static BinlogQuery? Read(ReadOnlySpan<byte> body)
    {
        // thread 4, time 4, length of the schema's name 1, error 2, length of the variables 2
        if (body.Length < FixedLength)
        {
            return null;
        }

        var variables = BinaryPrimitives.ReadUInt16LittleEndian(body[11..]);
        var text = FixedLength + variables + body[8] + 1;
        return text + ChecksumLength > body.Length ? null : new BinlogQuery(
            Encoding.UTF8.GetString(body[text..Math.Min(body.Length - ChecksumLength, text + LongestText)]),
            HasXid(body.Slice(FixedLength, variables)));
    }

    /// <summary>Goes from one status variable to the next: each is a number and a value of a length that the number tells.</summary>
    private static bool HasXid(ReadOnlySpan<byte> variables)
    {
        try
        {
            while (variables.Length > 0)
            {
                if (variables[0] == LoggedWithXid)
                {
                    return true;
                }

                if (LengthOf(variables) is not { } length)
                {
                    return false;
                }

                variables = variables[length..];
            }
        }
        catch (Exception e) when (e is ArgumentOutOfRangeException or IndexOutOfRangeException)
        {
            return false;
        }

        return false;
    }

    private static int? LengthOf(ReadOnlySpan<byte> variable) => variable[0] switch
    {
        0 or 3 or 10 => 1 + 4, // flags, auto-increment, size at the source
        1 or 9 => 1 + 8, // sql mode, tables of a multi-update
        4 => 1 + 6, // character sets
        5 or 6 => 2 + variable[1], // time zone, catalog
        7 or 8 or 18 => 1 + 2, // names of months, collations
        11 => 2 + variable[1] + 1 + variable[2 + variable[1]], // invoker: user and host
        UpdatedSchemas => SchemasLength(variable),
        13 => 1 + 3, // microseconds
        16 or 19 or 20 => 1 + 1, // three switches
        _ => null,
    };

    private static int SchemasLength(ReadOnlySpan<byte> variable)
    {
        var length = 2;
        for (var names = variable[1] == TooManySchemas ? 0 : variable[1]; names > 0; names--)
        {
            var end = variable[length..].IndexOf((byte)0);
            length = end < 0 ? throw new ArgumentOutOfRangeException(nameof(variable)) : length + end + 1;
        }

        return length;
    }
}
