namespace MySqlHa.Cluster;

/// <summary>Texts that others had a part in, made fit to be shown.</summary>
public static class PlainText
{
    /// <summary>The text with blanks for its control characters: it must not move the cursor of a terminal.</summary>
    public static string OneLine(string text) =>
        text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
}
