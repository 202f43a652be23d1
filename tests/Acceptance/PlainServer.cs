using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Replication;
using MySqlHa.Tests.RealMysqld;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Somebody's MySQL, made and run with mysqld alone: data that no agent made.</summary>
internal static class PlainServer
{
    /// <summary>Makes a data directory, runs statements in it as root, and shuts it down in order (or kills it).</summary>
    public static async Task MakeAsync(string directory, string home, string[] flags, bool kill, params string[] statements)
    {
        _ = Directory.CreateDirectory(Path.GetDirectoryName(directory)!);
        using (var making = Run(home, $"--datadir={directory}", "--initialize-insecure"))
        {
            await EndAsync(making, home);
        }

        await ServeAsync(directory, home, flags, kill, statements);
    }

    public static async Task ServeAsync(string directory, string home, string[] flags, bool kill, params string[] statements)
    {
        var socket = Path.Combine(home, "plain.sock");
        File.Delete(socket);
        File.Delete(socket + ".lock");
        using var server = Run(home, [$"--datadir={directory}", "--skip-networking", $"--socket={socket}", $"--pid-file={home}/plain.pid", .. flags]);
        await using (var root = MysqlDriver.Local(socket, "root", ""))
        {
            await OpenAsync(root, server, home);
            foreach (var statement in statements)
            {
                await root.ExecuteAsync(statement);
            }

            if (kill)
            {
                server.Kill();
            }
            else
            {
                await root.ExecuteAsync("SHUTDOWN");
            }
        }

        await server.WaitForExitAsync(TestNode.Within(30));
    }

    /// <summary>A server that goes on, with its socket in <paramref name="home"/>; the caller ends it.</summary>
    public static Process Run(string home, params string[] arguments)
    {
        string[] all = ["--no-defaults", "--user=root", "--mysqlx=OFF", "--innodb-buffer-pool-size=16M", $"--log-error={home}/plain.err", .. arguments];
        return Process.Start(MysqldOnThisMachine.Mysqld, Environment.UserName == "root" ? all : all.Where(a => a != "--user=root"));
    }

    /// <summary>Every name, size and content of a directory, and what is written on it: equal where not one byte changed.</summary>
    public static string Fingerprint(string directory)
    {
        var text = new StringBuilder();
        foreach (var path in Directory.EnumerateFileSystemEntries(directory, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var hash = File.Exists(path) ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))) : "directory";
            _ = text.Append(Path.GetRelativePath(directory, path)).Append(' ').Append(hash).Append(' ')
                .Append(File.GetLastWriteTimeUtc(path).Ticks).Append('\n');
        }

        return text.ToString();
    }

    private static async Task OpenAsync(System.Data.Common.DbConnection connection, Process server, string home)
    {
        var deadline = TestNode.Within(60);
        while (true)
        {
            try
            {
                await MysqlDriver.OpenAsync(connection);
                return;
            }
            catch (Exception e) when (e is System.Data.Common.DbException or IOException or System.Net.Sockets.SocketException)
            {
                Assert.False(server.HasExited || deadline.IsCancellationRequested, $"mysqld: {await File.ReadAllTextAsync($"{home}/plain.err", CancellationToken.None)}");
                await Task.Delay(50, CancellationToken.None);
            }
        }
    }

    private static async Task EndAsync(Process server, string home)
    {
        await server.WaitForExitAsync(TestNode.Within(60));
        Assert.True(server.ExitCode == 0, await File.ReadAllTextAsync($"{home}/plain.err"));
    }
}
