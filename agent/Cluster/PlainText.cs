namespace MySqlHa.Cluster;

/// <summary>Texts that others had a part in, made fit to be shown.</summary>
public static class PlainText
{
    /// <summary>The text with blanks for its control characters: it must not move the cursor of a terminal.</summary>
    public static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;

    /// <summary>Lines of at most so many characters, broken at blanks where there are any.</summary>
    /// <param name="width">One at least; less is taken for one.</param>
    public static IReadOnlyList<string> Wrapped(string text, int width)
    {
        var (lines, rest) = (new List<string>(), text.Trim());
        var most = Math.Max(1, width);
        while (rest.Length > most)
        {
            var blank = rest.LastIndexOf(' ', most);
            var end = blank > 0 ? blank : most;
            lines.Add(rest[..end].TrimEnd());
            rest = rest[end..].TrimStart();
        }

        lines.Add(rest);
        return lines;
    }
}
