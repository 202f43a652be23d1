using System.Text;
using System.Text.RegularExpressions;
using MySqlHa.Replication;

namespace MySqlHa.Election;

/// <summary>The statements of <c>election.sql</c>, the same file that MySQL's own client takes.</summary>
internal static partial class ElectionSql
{
    public const string Schema = BootstrapSql.ElectionSchema;

    /// <summary>Of the tables and procedures that this program makes. It only grows.</summary>
    public const int Version = 1;

    private static readonly Lazy<string> File = new(Read);

    /// <summary>In order, without delimiters; the last one writes the version.</summary>
    public static IReadOnlyList<string> Statements => Split(File.Value);

    public static IReadOnlyList<string> Procedures => [.. Procedure().Matches(File.Value).Select(m => m.Groups[1].Value)];

    /// <summary>A statement ends with the line that ends with the delimiter; lines of comment between statements are left out.</summary>
    internal static IReadOnlyList<string> Split(string text)
    {
        var statements = new List<string>();
        var (delimiter, statement) = (";", new StringBuilder());
        foreach (var line in text.Split('\n'))
        {
            if (statement.Length == 0 && (line.Trim().Length == 0 || line.StartsWith("--", StringComparison.Ordinal)))
            {
                continue;
            }

            if (line.StartsWith("DELIMITER ", StringComparison.Ordinal))
            {
                delimiter = line["DELIMITER ".Length..].Trim();
                continue;
            }

            var ends = line.TrimEnd().EndsWith(delimiter, StringComparison.Ordinal);
            _ = statement.Append(ends ? line.TrimEnd()[..^delimiter.Length] : line + "\n");
            if (ends)
            {
                statements.Add(statement.ToString());
                _ = statement.Clear();
            }
        }

        return statement.Length == 0
            ? statements
            : throw new FormatException($"election.sql: the last statement has no '{delimiter}': {statement}");
    }

    private static string Read()
    {
        using var stream = typeof(ElectionSql).Assembly.GetManifestResourceStream("MySqlHa.Election.election.sql")
            ?? throw new InvalidOperationException("the program was built without election.sql");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"(?m)^CREATE PROCEDURE (\w+)")]
    private static partial Regex Procedure();
}
