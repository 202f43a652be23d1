namespace MySqlHa.Tests.RealMysqld;

/// <summary>
/// The mysqld these tests run: MYSQLD, else the repository's own copy, else PATH. None found fails the test that asks, with a sentence.
/// </summary>
internal static class MysqldOnThisMachine
{
    public static string Mysqld => Find("mysqld", "MYSQLD");

    public static string Mysqlbinlog => Find("mysqlbinlog", "MYSQLBINLOG");

    private static string Find(string program, string variable)
    {
        if (Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new InvalidOperationException($"{variable} names '{named}', which does not exist.");
        }

        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries);
        return BesideMysqld(program).Append(Path.Combine(RepositoryRoot(), ".tools", "mysql", "bin", program))
                .Concat(path.Append("/usr/sbin").Select(d => Path.Combine(d, program)))
                .FirstOrDefault(File.Exists)
            ?? throw new InvalidOperationException(
                $"No {program} found: these tests need a real MySQL 8.4 or 9.x."
                + $" Set {variable}=/path/to/{program}, or run tools/fetch-mysql.");
    }

    private static IEnumerable<string> BesideMysqld(string program) =>
        Environment.GetEnvironmentVariable("MYSQLD") is { Length: > 0 } mysqld ? [Path.Combine(Path.GetDirectoryName(mysqld)!, program)]
            : [];

    private static string RepositoryRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (directory is not null && !File.Exists(Path.Combine(directory.FullName, "MySqlHaStack.sln")))
        {
            directory = directory.Parent;
        }

        return directory?.FullName ?? AppContext.BaseDirectory;
    }
}
