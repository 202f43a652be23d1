namespace MySqlHa.Sandbox;

/// <summary>Which mysqld a sandbox runs, and the client beside it.</summary>
internal static class Mysqld
{
    /// <summary>
    /// Absolute path: as asked, else MYSQLD, else what the sandbox was made with, else what ./sandbox found or fetched, else the
    /// PATH's. Throws where there is none.
    /// </summary>
    public static string Choose(string? asked, SandboxSettings? made)
    {
        var named = asked ?? Environment.GetEnvironmentVariable("MYSQLD")
            ?? (File.Exists(made?.Mysqld) ? made.Mysqld : Environment.GetEnvironmentVariable("MYSQLHA_SANDBOX_MYSQLD"));
        if (named is { Length: > 0 })
        {
            var path = Path.GetFullPath(named);
            return File.Exists(path) ? path : throw new SandboxException(SandboxExit.Error, $"there is no mysqld at {path}");
        }

        return OnPath("mysqld") ?? throw new SandboxException(
            SandboxExit.Error,
            "no mysqld is on the PATH: ./sandbox fetches one; else install MySQL 8.4 or 9.x, or name its server with --mysqld");
    }

    /// <summary>The mysql client that came with the server, else the PATH's. Throws where there is none.</summary>
    public static string Client(SandboxSettings settings)
    {
        var folder = Path.GetDirectoryName(settings.Mysqld)!;
        string[] places = [Path.Combine(folder, "mysql"), Path.Combine(folder, "..", "bin", "mysql")];
        return places.Where(File.Exists).Select(Path.GetFullPath).FirstOrDefault() ?? OnPath("mysql")
            ?? throw new SandboxException(SandboxExit.Error, $"there is no mysql client beside {settings.Mysqld} and none on the PATH");
    }

    private static string? OnPath(string program) =>
        $"{Environment.GetEnvironmentVariable("PATH")}:/usr/sbin".Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
