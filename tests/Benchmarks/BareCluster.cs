using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Machines.Hosts;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using MySqlHa.Tests.Acceptance;
using MySqlHa.Tests.RealMysqld;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// mysqlds without an agent. Their settings are those that an agent gives its own, durability and memory among them, but that clients are
/// let in from the start.
/// </summary>
internal abstract class BareCluster(BenchmarkNetwork network, string home) : BenchmarkedCluster(network, home)
{
    private const string User = "app";
    private const string Password = "app";

    /// <summary>What this kind of cluster adds to a node's settings, as lines of my.cnf.</summary>
    protected abstract IEnumerable<string> Settings(int node);

    /// <summary>Makes data directories where there are none, and the settings; starts all servers, waits until they answer.</summary>
    protected async Task StartServersAsync()
    {
        foreach (var node in Nodes)
        {
            var options = Options(node);
            _ = Directory.CreateDirectory(options.RunDirectory);
            if (!Directory.Exists(options.DataDirectory))
            {
                _ = await Shell.MustAsync("cp", "-a", "--reflink=auto", await TemplateAsync(), options.DataDirectory);
                File.Delete(Path.Combine(options.DataDirectory, "auto.cnf"));
            }

            var settings = Settings(node).Prepend("offline_mode = OFF").Select(line => line + "\n");
            await File.WriteAllTextAsync(ConfigFile(node), MysqldSettings.Render(options) + string.Concat(settings));
            StartMysqld(node);
        }

        foreach (var node in Nodes)
        {
            await UntilAsync($"mysqld of {BenchmarkNetwork.Host(node)} answers", within: 60, async () =>
            {
                await using var root = await RootAsync(node);
                return true;
            });
        }
    }

    protected void StartMysqld(int node)
    {
        var options = Options(node);
        // The lock names the process that was killed, and its number may be another one's by now.
        File.Delete(options.Socket);
        File.Delete(options.Socket + ".lock");
        string[] program = [options.Command, $"--defaults-file={ConfigFile(node)}", $"--datadir={options.DataDirectory}"];
        Network.Start(node, Path.Combine(Folder(node), "mysqld.out"), program);
    }

    /// <summary>An open connection of the server's own administrator, over its socket.</summary>
    protected async Task<DbConnection> RootAsync(int node) =>
        await SandboxCluster.OpenAsync(MysqlDriver.Local(Options(node).Socket, "root", ""), within: 2);

    protected override DbConnection Application(int node) =>
        MysqlDriver.Remote(BenchmarkNetwork.Address(node), 3306, User, Password);

    private string ConfigFile(int node) => Path.Combine(Folder(node), "my.cnf");

    private MysqldOptions Options(int node) => new()
    {
        Command = MysqldOnThisMachine.Mysqld,
        DataDirectory = Path.Combine(Folder(node), "data"),
        RunDirectory = Path.Combine(Folder(node), "run"),
        ErrorLog = Path.Combine(Folder(node), "mysqld.log"),
        Host = BenchmarkNetwork.Address(node),
        Port = 3306,
        ServerId = (uint)node,
        ReplicaNetTimeoutSeconds = 2,
    };

    /// <summary>One fresh data directory with the accounts, from which all are copied; its history begins after them.</summary>
    private async Task<string> TemplateAsync()
    {
        var template = Path.Combine(Home, "template");
        if (!Directory.Exists(template))
        {
            await PlainServer.MakeAsync(
                template,
                Home,
                [],
                kill: false,
                $"CREATE USER {User}@'%' IDENTIFIED BY '{Password}'",
                $"GRANT ALL ON t.* TO {User}@'%'",
                $"CREATE USER {GroupReplication.Recovery}@'%' IDENTIFIED BY '{GroupReplication.Recovery}'",
                "GRANT REPLICATION SLAVE, CONNECTION_ADMIN, BACKUP_ADMIN, GROUP_REPLICATION_STREAM ON *.*"
                    + $" TO {GroupReplication.Recovery}@'%'",
                "RESET BINARY LOGS AND GTIDS");
        }

        return template;
    }
}
