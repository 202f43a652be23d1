namespace MySqlHa.Configuration;

/// <summary>The known word that somebody most likely meant.</summary>
internal static class NearestWord
{
    /// <summary>Null where none is near: at most a third of the letters, and one at least, may differ.</summary>
    public static string? Of(string written, IEnumerable<string> known)
    {
        var word = written.Replace('_', '-').ToLowerInvariant();
        var best = known.Select(k => (Word: k, Distance: Distance(word, k))).OrderBy(c => c.Distance).FirstOrDefault();
        return best.Word is not null && best.Distance <= Math.Max(1, best.Word.Length / 3) ? best.Word : null;
    }

    /// <summary>Letters to add, drop or change (Levenshtein).</summary>
    private static int Distance(string from, string to)
    {
        var row = Enumerable.Range(0, to.Length + 1).ToArray();
        for (var i = 1; i <= from.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= to.Length; j++)
            {
                var change = diagonal + (from[i - 1] == to[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(change, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[^1];
    }
}
