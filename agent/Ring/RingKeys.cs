using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace MySqlHa.Ring;

/// <summary>
/// What a node's key file holds: one to three keys, one behind the other. By the first a node shows itself, all are accepted of others.
/// There is more than one only while the ring's key is replaced (see <see cref="RingRotation"/>).
/// </summary>
public sealed class RingKeys
{
    public const int Most = 3;

    /// <summary>Of the fingerprint's 16 digits, as many as a datagram names a key by.</summary>
    private const int IdDigits = 2 * DatagramFormat.KeyIdBytes;

    private RingKeys(ImmutableArray<RingKey> all) => (All, Fingerprints) = (all, [.. all.Select(k => k.Fingerprint)]);

    /// <summary>The one that is used before those that are only accepted.</summary>
    public ImmutableArray<RingKey> All { get; }

    /// <summary>The one that is used.</summary>
    public RingKey First => All[0];

    /// <summary>Of <see cref="All"/>, in its order. They reveal nothing.</summary>
    public ImmutableArray<string> Fingerprints { get; }

    /// <summary>The certificates of all authorities, for <c>curl --cacert</c>.</summary>
    public string AuthorityPem => string.Concat(All.Select(k => k.AuthorityPem));

    /// <summary>Throws <see cref="FormatException"/> where there are none, more than three, or one is there twice.</summary>
    public static RingKeys Of(params IEnumerable<RingKey> keys)
    {
        var all = keys.ToImmutableArray();
        if (all.Length is 0 or > Most)
        {
            throw new FormatException($"{all.Length} ring keys; allowed: 1 to {Most}");
        }

        return all.GroupBy(k => k.Fingerprint[..IdDigits]).FirstOrDefault(g => g.Count() > 1) is { } same
            ? throw new FormatException($"ring key {same.First()} is there twice; allowed: each once")
            : new RingKeys(all);
    }

    /// <summary>As <see cref="RingKey.Parse"/>, of one to three keys.</summary>
    public static RingKeys Parse(string text)
    {
        var lines = text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var starts = Enumerable.Range(0, lines.Length).Where(i => lines[i].StartsWith(RingKey.Format, StringComparison.Ordinal)).ToList();
        if (starts.Count > Most)
        {
            throw new FormatException($"{starts.Count} ring keys; allowed: 1 to {Most}");
        }

        if (starts.Count < 2 || starts[0] != 0)
        {
            return new RingKeys([RingKey.Parse(text)]);
        }

        return Of(starts.Select((start, i) => ParseOne(lines[start..(i + 1 < starts.Count ? starts[i + 1] : lines.Length)], i, starts.Count)));
    }

    /// <summary>As <see cref="RingKey.Load"/>, of one to three keys.</summary>
    public static RingKeys Load(string path) => RingKeyFile.Parse(path, RingKeyFile.Read(path), Parse);

    /// <summary>As <see cref="Load"/>, of what was read already.</summary>
    public static RingKeys Parse(string path, string text) => RingKeyFile.Parse(path, text, Parse);

    /// <summary>The whole file, secrets included.</summary>
    public string ToFileText() => string.Join('\n', All.Select(k => k.ToFileText()));

    /// <summary>The key whose authority issued the certificate; null: none of these.</summary>
    public RingKey? VoucherOf(X509Certificate2 certificate) => All.FirstOrDefault(k => k.Vouches(certificate));

    public bool Vouches(X509Certificate2 certificate) => VoucherOf(certificate) is not null;

    public bool Accepts(string fingerprint) => Fingerprints.Contains(fingerprint);

    /// <summary>Shows nothing secret.</summary>
    public override string ToString() => All.Length == 1 ? First.ToString() : $"{First}, accepting {string.Join(" and ", All.Skip(1))} too";

    private static RingKey ParseOne(IEnumerable<string> lines, int index, int count)
    {
        try
        {
            return RingKey.Parse(string.Join('\n', lines));
        }
        catch (FormatException e)
        {
            throw new FormatException($"key {index + 1} of {count}: {e.Message}", e);
        }
    }
}
