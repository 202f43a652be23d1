using System.Diagnostics;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>One freshly initialised data directory, made once; every test node starts from a copy of it with a uuid of its own.</summary>
public sealed class MysqldTemplate : IAsyncLifetime
{
    public static readonly ClusterAccounts Accounts = new(
        new MysqlAccount("mysqlha_agent", @"agent's \ pass"),
        new MysqlAccount("mysqlha_repl", "repl's"),
        new MysqlAccount("mysqlha_clone", "clone's"),
        new MysqlAccount("app", "app's"),
        new MysqlAccount("mysqlha_election", "election's"));

    private readonly string _root = Path.Combine(Path.GetTempPath(), $"ha{Random.Shared.Next():x8}");

    public TimeSpan InitialisationTook { get; private set; }

    public string Root => _root;

    /// <summary>
    /// The mark of a data directory is made by us, so a test must see it; the template keeps the options it was made with.
    /// </summary>
    internal MysqldOptions Options { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        Options = NodeOptions(0);
        var started = Stopwatch.GetTimestamp();
        var accounts = BootstrapSql.Render(Accounts) + "GRANT TRANSACTION_GTID_TAG, SESSION_VARIABLES_ADMIN ON *.* TO 'app'@'%';\n";
        await MysqldProcess.InitialiseAsync(Options, accounts, CancellationToken.None);
        InitialisationTook = Stopwatch.GetElapsedTime(started);
    }

    public Task DisposeAsync()
    {
        if (Directory.Exists(_root) && Environment.GetEnvironmentVariable("KEEP_DATA") is null)
        {
            Directory.Delete(_root, recursive: true);
        }

        return Task.CompletedTask;
    }

    internal MysqldOptions NodeOptions(int number) => new()
    {
        Command = MysqldOnThisMachine.Mysqld,
        DataDirectory = Path.Combine(_root, $"{number}", "data"),
        RunDirectory = Path.Combine(_root, $"{number}", "run"),
        ErrorLog = Path.Combine(_root, $"{number}", "mysqld.log"),
        Host = $"127.0.41.{number}",
        Port = 3306,
        ServerId = (uint)number + 1,
        ReplicaNetTimeoutSeconds = 2,
    };

    internal void CopyTo(MysqldOptions options)
    {
        Assert.False(Directory.Exists(options.DataDirectory), $"{options.DataDirectory}: left behind by another test");
        _ = Directory.CreateDirectory(Path.GetDirectoryName(options.DataDirectory)!);
        using var copy = Process.Start("cp", ["-a", "--reflink=auto", Options.DataDirectory, options.DataDirectory]);
        copy.WaitForExit();
        Assert.Equal(0, copy.ExitCode);
        DataDirectory.ForgetServerUuid(options.DataDirectory);
    }
}

[CollectionDefinition(Name)]
public sealed class RealMysqld : ICollectionFixture<MysqldTemplate>
{
    public const string Name = "real mysqld";
}
