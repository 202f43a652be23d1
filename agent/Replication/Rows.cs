using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Replication;

/// <summary>One row of an answer: values by column name (any case), as text. The border where MySQL's words become ours.</summary>
internal sealed class Row(Dictionary<string, string?> values)
{
    public string? this[string column] =>
        values.TryGetValue(column, out var value) ? value : throw new FormatException($"the answer has no column '{column}'");

    public bool Has(string column) => values.ContainsKey(column);

    public string Text(string column) => this[column] ?? "";

    public long Number(string column) =>
        long.TryParse(this[column], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"{column} is '{this[column]}', not a number");

    public bool Flag(string column) => this[column] switch
    {
        "1" or "ON" or "YES" or "True" => true,
        "0" or "OFF" or "NO" or "False" => false,
        var other => throw new FormatException($"{column} is '{other}', neither on nor off"),
    };

    public GtidSet Gtids(string column) => GtidSet.Parse(Text(column));
}

/// <summary>Running SQL over any driver.</summary>
internal static class Sql
{
    /// <summary>A string literal. Good where backslashes escape, which <see cref="Statements.NewSession"/> sees to.</summary>
    public static string Quoted(string text)
    {
        var quoted = new StringBuilder("'");
        foreach (var c in text)
        {
            _ = c switch
            {
                '\'' => quoted.Append("\\'"),
                '\\' => quoted.Append("\\\\"),
                '\0' => quoted.Append("\\0"),
                '\n' => quoted.Append("\\n"),
                _ => quoted.Append(c),
            };
        }

        return quoted.Append('\'').ToString();
    }

    /// <summary>A name of a schema, table or event.</summary>
    public static string Name(string name) => $"`{name.Replace("`", "``", StringComparison.Ordinal)}`";

    private static readonly ConditionalWeakTable<DbConnection, string> Last = [];

    /// <summary>How the last thing that was asked over a connection begins: no value, so no secret, is in it. Empty: nothing was.</summary>
    public static string LastAsked(this DbConnection connection) =>
        Last.TryGetValue(connection, out var sql) ? string.Join(' ', sql.Split(default(char[]), 4, StringSplitOptions.RemoveEmptyEntries).Take(3)) : "";

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        Last.AddOrUpdate(connection, sql);
        return command;
    }

    public static async Task ExecuteAsync(this DbConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        _ = await command.ExecuteNonQueryAsync();
    }

    public static async Task<ImmutableArray<Row>> QueryAsync(this DbConnection connection, string sql) =>
        (await connection.QueryAllAsync(sql))[0];

    public static async Task<Row> RowAsync(this DbConnection connection, string sql) => (await connection.QueryAsync(sql))[0];

    /// <summary>Several statements in one round trip: one list of rows each.</summary>
    public static async Task<ImmutableArray<ImmutableArray<Row>>> QueryAllAsync(this DbConnection connection, string sql)
    {
        await using var command = Command(connection, sql);
        await using var reader = await command.ExecuteReaderAsync();
        var answers = ImmutableArray.CreateBuilder<ImmutableArray<Row>>();
        do
        {
            var rows = ImmutableArray.CreateBuilder<Row>();
            while (await reader.ReadAsync())
            {
                var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
                for (var i = 0; i < reader.FieldCount; i++)
                {
                    values[reader.GetName(i)] = Text(reader.IsDBNull(i) ? null : reader.GetValue(i));
                }

                rows.Add(new Row(values));
            }

            answers.Add(rows.ToImmutable());
        }
        while (await reader.NextResultAsync());
        return answers.ToImmutable();
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        byte[] bytes => Encoding.UTF8.GetString(bytes), // some drivers give text of binary collation so
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
