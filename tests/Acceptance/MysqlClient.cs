using System.Diagnostics;
using System.Globalization;
using MySqlHa.Tests.RealMysqld;

namespace MySqlHa.Tests.Acceptance;

/// <summary>MySQL's own client program: what it prints of a node comes to the checker through no code of the agent.</summary>
internal static class MysqlClient
{
    private static readonly string Program = Path.Combine(Path.GetDirectoryName(MysqldOnThisMachine.Mysqld)!, "mysql");

    /// <summary>The writers' table as a node holds it.</summary>
    public static async Task<HeldRows> HeldRowsAsync(int node, string host, string user, string password)
    {
        var rows = await LinesAsync(host, user, password, "SELECT n, id FROM t.probe ORDER BY n");
        var checksum = await LinesAsync(host, user, password, "CHECKSUM TABLE t.probe EXTENDED");
        return new HeldRows(
            node,
            [.. rows.Select(r => r.Split('\t')).Select(f => (Number(f[0]), Number(f[1])))],
            checksum.Single().Split('\t')[1]);
    }

    private static long Number(string text) => long.Parse(text, CultureInfo.InvariantCulture);

    /// <summary>What it prints of a statement; throws <see cref="IOException"/> with its own words where it fails.</summary>
    public static async Task<IReadOnlyList<string>> LinesAsync(string host, string user, string password, string sql, int port = 3306)
    {
        var file = Path.GetTempFileName(); // of mode 0600: a password is in no argument
        try
        {
            await File.WriteAllTextAsync(
                file, $"[client]\nuser={user}\npassword=\"{password}\"\nhost={host}\nport={port}\nprotocol=tcp\nssl-mode=REQUIRED\n");
            string[] words = [$"--defaults-file={file}", "--batch", "--skip-column-names", "--connect-timeout=5", "-e", sql];
            var start = new ProcessStartInfo(Program, words)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            };
            using var client = Process.Start(start)!;
            var errors = client.StandardError.ReadToEndAsync();
            var printed = await client.StandardOutput.ReadToEndAsync();
            await client.WaitForExitAsync();
            return client.ExitCode == 0
                ? printed.Split('\n', StringSplitOptions.RemoveEmptyEntries)
                : throw new IOException($"{host}:{port}: {await errors}");
        }
        finally
        {
            File.Delete(file);
        }
    }
}
