using System.Collections.Immutable;
using System.Data.Common;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Replication;

/// <summary>What became of settings that a server was given, or was only asked about.</summary>
/// <param name="AtStartOnly">Names that it takes at its start only.</param>
/// <param name="NotTaken">By name: what it said against the value.</param>
public sealed record SettingsOutcome(ImmutableArray<string> AtStartOnly, ImmutableSortedDictionary<string, string> NotTaken);

/// <summary>Global variables of a running server.</summary>
internal static partial class Settings
{
    private const int UnknownVariable = 1193;
    private const int WrongType = 1232;
    private const int ReadOnlyVariable = 1238;

    // What no setting is: it is the agent's own, and this value is refused for its type when all before it were found good. MySQL judges
    // every part of a SET before it carries any out.
    private const string Sentinel = "sync_binlog";

    // Beyond its range a value is refused, and not cut to it.
    private const string Strictly = "SET SESSION sql_mode = 'STRICT_TRANS_TABLES,STRICT_ALL_TABLES'";

    /// <param name="values">Null: the variable's compiled default.</param>
    public static async Task<SettingsOutcome> ApplyAsync(DbConnection connection, IReadOnlyDictionary<string, string?> values)
    {
        await connection.ExecuteAsync(Strictly);
        var (atStart, notTaken) = (ImmutableArray.CreateBuilder<string>(), ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in values)
        {
            switch (await SetAsync(connection, name, value, ""))
            {
                case (0, _):
                    break;
                case (ReadOnlyVariable, _):
                    atStart.Add(name);
                    break;
                case var (_, why):
                    notTaken[name] = why;
                    break;
            }
        }

        return new SettingsOutcome(atStart.ToImmutable(), notTaken.ToImmutable());
    }

    /// <summary>Changes nothing.</summary>
    public static async Task<SettingsOutcome> CheckAsync(DbConnection connection, IReadOnlyDictionary<string, string> values)
    {
        await connection.ExecuteAsync(Strictly);
        var (atStart, notTaken) = (ImmutableArray.CreateBuilder<string>(), ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal));
        foreach (var (name, value) in values)
        {
            switch (await SetAsync(connection, name, value, $", GLOBAL {Sentinel} = 'mysqlha'"))
            {
                case (WrongType, var why) when why.Contains($"'{Sentinel}'", StringComparison.Ordinal):
                    break;
                case (ReadOnlyVariable, _):
                    atStart.Add(name);
                    break;
                case (UnknownVariable, _):
                    notTaken[name] = "mysqld knows no such variable";
                    break;
                case var (_, why):
                    notTaken[name] = why + await AllowedAsync(connection, name);
                    break;
            }
        }

        return new SettingsOutcome(atStart.ToImmutable(), notTaken.ToImmutable());
    }

    /// <summary>As numbers first, where they look like one: only the server knows of what type a variable is.</summary>
    private static async Task<(int Error, string Why)> SetAsync(DbConnection connection, string name, string? value, string behind)
    {
        var (error, why) = await TryAsync(connection, $"SET GLOBAL {Sql.Name(name)} = {(value is null ? "DEFAULT" : Literal(value))}{behind}");
        return error == WrongType && why.Contains($"'{name}'", StringComparison.Ordinal) && value is not null && Literal(value)[0] != '\''
            ? await TryAsync(connection, $"SET GLOBAL {Sql.Name(name)} = {Sql.Quoted(value)}{behind}")
            : (error, why);
    }

    private static async Task<(int Error, string Why)> TryAsync(DbConnection connection, string sql)
    {
        try
        {
            await connection.ExecuteAsync(sql);
            return (0, "");
        }
        catch (DbException e) when (MysqlSession.IsServersAnswer(e))
        {
            return (MysqlDriver.ErrorNumber(e), e.Message);
        }
    }

    /// <summary>A number as SQL has it, 2G among them; else a text.</summary>
    internal static string Literal(string value)
    {
        if (Decimal().IsMatch(value))
        {
            return value;
        }

        if (Sized().Match(value) is not { Success: true } sized)
        {
            return Sql.Quoted(value);
        }

        var power = "KMGTPE".IndexOf(char.ToUpperInvariant(sized.Groups["unit"].Value[0]), StringComparison.Ordinal) + 1;
        return (UInt128.Parse(sized.Groups["number"].Value, CultureInfo.InvariantCulture) << (10 * power)) is var bytes && bytes <= ulong.MaxValue
            ? bytes.ToString(CultureInfo.InvariantCulture)
            : Sql.Quoted(value);
    }

    private static async Task<string> AllowedAsync(DbConnection connection, string name)
    {
        try
        {
            var rows = await connection.QueryAsync(
                $"SELECT MIN_VALUE AS least, MAX_VALUE AS most FROM performance_schema.variables_info WHERE VARIABLE_NAME = {Sql.Quoted(name)}");
            return rows is [var row] && row.Text("most") is { Length: > 0 } most && most != "0" ? $"; allowed: {row.Text("least")} to {most}" : "";
        }
        catch (DbException e) when (MysqlSession.IsServersAnswer(e))
        {
            return ""; // a later server may have no such table
        }
    }

    [GeneratedRegex(@"\A-?[0-9]{1,20}(\.[0-9]{1,10})?\z")]
    private static partial Regex Decimal();

    [GeneratedRegex(@"\A(?<number>[0-9]{1,18})(?<unit>[KMGTPEkmgtpe])\z")]
    private static partial Regex Sized();
}
