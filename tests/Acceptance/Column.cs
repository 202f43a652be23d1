using System.Data.Common;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The first column of a query's answer.</summary>
internal static class Column
{
    /// <exception cref="TimeoutException">There is no answer within ten seconds: drivers do not all keep their own limit.</exception>
    public static async Task<List<T>> ReadAsync<T>(DbConnection connection, string sql, Func<object, T> convert)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the tests' own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        return await Task.Run(() =>
        {
            var all = new List<T>();
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                all.Add(convert(reader.GetValue(0)));
            }

            return all;
        }).WaitAsync(TimeSpan.FromSeconds(10));
    }
}
