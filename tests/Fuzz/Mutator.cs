using System.Text;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// Makes nonsense out of sense: small changes to samples, so that most of a reader's code is reached. Equal seeds, equal bytes.
/// </summary>
internal sealed class Mutator(int seed, IReadOnlyList<byte[]> samples)
{
    private static readonly byte[] Telling = [0, 1, 0x7f, 0x80, 0xfe, 0xff, .. "\"{[:-\n"u8];

    private static readonly string[] Words =
    [
        "null", "-1", "0", "1e999", "9223372036854775807", "-9223372036854775808", "18446744073709551616", "\"\"", "[]", "{}", "true",
        "[null]", "{\"t\":\"x\"}", "\"" + new string('a', 300) + "\"", "\"\\u0000\"", new string('[', 200),
    ];

    private readonly Random _random = new(seed);

    public byte[] Next()
    {
        var bytes = Pick(samples).ToList();
        for (var changes = 1 + _random.Next(4); changes > 0; changes--)
        {
            Change(bytes);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes)
    {
        var at = _random.Next(bytes.Count + 1);
        var length = Math.Min(bytes.Count - at, 1 + _random.Next(1 + (bytes.Count / 8)));
        switch (_random.Next(9))
        {
            case 0 when at < bytes.Count:
                bytes[at] ^= (byte)(1 << _random.Next(8));
                break;
            case 1 when at < bytes.Count:
                bytes[at] = Pick(Telling);
                break;
            case 2:
                bytes.RemoveRange(at, length);
                break;
            case 3:
                bytes.InsertRange(at, bytes.GetRange(at, length));
                break;
            case 4:
                bytes.RemoveRange(at, bytes.Count - at);
                break;
            case 5:
                var noise = new byte[1 + _random.Next(16)];
                _random.NextBytes(noise);
                bytes.InsertRange(at, noise);
                break;
            case 6:
                var other = Pick(samples);
                var from = _random.Next(other.Length + 1);
                bytes.RemoveRange(at, bytes.Count - at);
                bytes.AddRange(other[from..]);
                break;
            default:
                ReplaceValue(bytes);
                break;
        }
    }

    /// <summary>In text that looks like JSON: another value behind one of the colons or commas.</summary>
    private void ReplaceValue(List<byte> bytes)
    {
        var starts = Enumerable.Range(0, bytes.Count).Where(i => bytes[i] is (byte)':' or (byte)',' or (byte)'[').ToList();
        if (starts.Count == 0)
        {
            bytes.AddRange(Encoding.UTF8.GetBytes(Pick(Words)));
            return;
        }

        var from = Pick(starts) + 1;
        var to = from;
        for (var depth = 0; to < bytes.Count; to++)
        {
            depth += bytes[to] is (byte)'{' or (byte)'[' ? 1 : bytes[to] is (byte)'}' or (byte)']' ? -1 : 0;
            if (depth < 0 || (depth == 0 && bytes[to] == (byte)','))
            {
                break;
            }
        }

        bytes.RemoveRange(from, to - from);
        bytes.InsertRange(from, Encoding.UTF8.GetBytes(Pick(Words)));
    }

    private T Pick<T>(IReadOnlyList<T> from) => from[_random.Next(from.Count)];
}
