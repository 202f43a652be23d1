using System.Collections.Immutable;
using System.Text.RegularExpressions;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// The file of tokens: a line each, <c>anna admin sha256:…</c>, made by <c>mysqlha token new</c>; <c>#</c> begins a comment. It holds no
/// secret, and a line that is wrong is never quoted: somebody may have put a token there.
/// </summary>
internal static partial class TokenFile
{
    private const int MostTokens = 1000;
    private const string Form = "NAME ROLE sha256:DIGEST, as 'mysqlha token new' prints it";

    /// <summary>Throws <see cref="FormatException"/> with one sentence that names the line.</summary>
    public static ImmutableArray<TokenEntry> Parse(string text)
    {
        var entries = new Dictionary<string, TokenEntry>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            if (lines[i].Split('#')[0].Trim() is { Length: > 0 } line)
            {
                var entry = EntryOf(line, i + 1);
                if (entries.Count == MostTokens || !entries.TryAdd(entry.Name, entry))
                {
                    throw new FormatException(entries.Count == MostTokens
                        ? $"line {i + 1} is one too many; allowed: {MostTokens} tokens"
                        : $"line {i + 1}: the name '{entry.Name}' is there twice; allowed: a name of its own for each token");
                }
            }
        }

        return [.. entries.Values];
    }

    private static TokenEntry EntryOf(string line, int number)
    {
        if (Line().Match(line) is not { Success: true } found)
        {
            throw new FormatException($"line {number} is none of a token; allowed: {Form}");
        }

        var (name, role) = (found.Groups[1].Value, found.Groups[2].Value);
        return !TokenText.IsName(name) ? throw new FormatException($"line {number}: the name is not allowed; allowed: {TokenText.Names}")
            : role is not (Caller.Admin or Caller.Reader)
                ? throw new FormatException($"line {number}: the role is not allowed; allowed: {Caller.Admin} or {Caller.Reader}")
            : new TokenEntry(name, role, Convert.FromHexString(found.Groups[3].Value));
    }

    [GeneratedRegex(@"\A(\S{1,64})[ \t]+(\S{1,16})[ \t]+sha256:([0-9a-fA-F]{64})\z")]
    private static partial Regex Line();
}
