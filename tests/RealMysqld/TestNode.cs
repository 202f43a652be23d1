using System.Data.Common;
using MySqlHa.Replication;
using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.RealMysqld;

/// <summary>
/// One real mysqld on a loopback address, as the agent runs it, and the agent's access to it. Killed with its data at the end.
/// </summary>
internal sealed class TestNode : IAsyncDisposable
{
    private TestNode(MysqldOptions options, RunningMysqld mysqld) =>
        (Options, Mysqld, Server) = (options, mysqld, new LocalServer(Access(options)));

    public MysqldOptions Options { get; }

    public RunningMysqld Mysqld { get; set; }

    public LocalServer Server { get; private set; }

    public static LocalServerAccess Access(MysqldOptions options) =>
        new(options.Socket, MysqldTemplate.Accounts.Agent.User, MysqldTemplate.Accounts.Agent.Password);

    public static CancellationToken Within(double seconds) => new CancellationTokenSource(TimeSpan.FromSeconds(seconds)).Token;

    public static async Task<TestNode> StartAsync(MysqldTemplate template, int number, Func<MysqldOptions, MysqldOptions>? change = null)
    {
        var options = template.NodeOptions(number);
        options = change?.Invoke(options) ?? options;
        template.CopyTo(options);
        var node = new TestNode(options, await MysqldProcess.StartAsync(options, Within(30)));
        _ = (await node.Server.TakeLockAsync(Within(10))).OrThrow();
        return node;
    }

    public async Task KillAsync()
    {
        Mysqld.Kill();
        _ = await Mysqld.Exited.WaitAsync(Within(10));
    }

    /// <summary>Starts mysqld again, and a new agent's view of it.</summary>
    public async Task StartAgainAsync()
    {
        await Server.DisposeAsync();
        Mysqld = await MysqldProcess.StartAsync(Options, Within(30));
        Server = new LocalServer(Access(Options));
        _ = (await Server.TakeLockAsync(Within(10))).OrThrow();
    }

    public async Task LeadAsync(int acknowledgements)
    {
        _ = (await Server.PromoteAsync(new PromoteOrder(acknowledgements, () => Task.FromResult(true)), Within(10))).OrThrow();
        _ = (await Server.OpenToClientsAsync(() => true, Within(10))).OrThrow();
    }

    public FollowOrder OrderTo(TestNode source, bool acknowledge = true, bool readers = true) => new(
        source.Options.Host, source.Options.Port, MysqldTemplate.Accounts.Replication.User, MysqldTemplate.Accounts.Replication.Password,
        Options.Host, acknowledge, readers) { ConnectPatience = TimeSpan.FromSeconds(5) };

    public async Task<Following> FollowAsync(TestNode source, bool acknowledge = true) =>
        (await Server.FollowAsync(OrderTo(source, acknowledge), Within(15))).OrThrow();

    public async Task<ServerStatus> StatusAsync() =>
        await Server.ProbeAsync(Within(5)) is ProbeOutcome.Answered answered
            ? answered.Status
            : throw new InvalidOperationException($"{Options.Host}: {await Server.ProbeAsync(Within(5))}");

    public async Task<ServerStatus> UntilAsync(string what, Func<ServerStatus, bool> condition, double seconds = 10)
    {
        var deadline = Within(seconds);
        ServerStatus status;
        while (!condition(status = await StatusAsync()))
        {
            Assert.False(deadline.IsCancellationRequested, $"{Options.Host}: not within {seconds} s: {what}. Last seen: {status}");
            await Task.Delay(5, CancellationToken.None);
        }

        return status;
    }

    public async Task<ServerStatus> UntilAsync(string what, Func<ServerStatus, Task<bool>> condition)
    {
        ServerStatus? status = null;
        _ = await UntilAsync(what, s => (status = s) is not null);
        var deadline = Within(10);
        while (!await condition(status!))
        {
            Assert.False(deadline.IsCancellationRequested, $"{Options.Host}: not within 10 s: {what}. Last seen: {status}");
            status = await StatusAsync();
        }

        return status!;
    }

    /// <summary>An application's connection: TCP, TLS, the ordinary account.</summary>
    public async Task<DbConnection> ClientAsync()
    {
        var connection = MysqlDriver.Remote(Options.Host, Options.Port, MysqldTemplate.Accounts.Application!.User,
            MysqldTemplate.Accounts.Application.Password);
        await MysqlDriver.OpenAsync(connection).WaitAsync(Within(10));
        return connection;
    }

    public async Task ClientDoesAsync(params string[] statements)
    {
        await using var client = await ClientAsync();
        foreach (var statement in statements)
        {
            await client.ExecuteAsync(statement);
        }
    }

    /// <summary>A statement as the agent's account, which may set variables and stop threads.</summary>
    public async Task AgentDoesAsync(string statement)
    {
        await using var connection = MysqlDriver.Local(Options.Socket, MysqldTemplate.Accounts.Agent.User,
            MysqldTemplate.Accounts.Agent.Password);
        await MysqlDriver.OpenAsync(connection).WaitAsync(Within(10));
        await connection.ExecuteAsync(statement);
    }

    public async Task<string> ClientReadsAsync(string expression)
    {
        await using var client = await ClientAsync();
        return (await client.RowAsync($"SELECT (SELECT {expression}) AS value")).Text("value");
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await Server.DisposeAsync();
        Directory.Delete(Path.GetDirectoryName(Options.DataDirectory)!, recursive: true);
    }
}
