using System.Collections.Immutable;
using System.Data.Common;
using MySqlHa.Election;
using MySqlHa.Replication;
using MySqlHa.Tests.RealMysqld;
using Xunit;

namespace MySqlHa.Tests.Elections;

/// <summary>One real mysqld that leads alone, with elections installed, for all tests of them.</summary>
public sealed class ElectionServer : IAsyncLifetime
{
    public const string Name = "election server";

    private static readonly MysqlAccount Installer = MysqldTemplate.Accounts.Election!;
    private readonly MysqldTemplate _template = new();
    private TestNode? _node;
    private DbConnection? _client;

    public async Task InitializeAsync()
    {
        _ = ThreadPool.SetMinThreads(128, 64); // the driver may block a thread for each candidate that waits
        await _template.InitializeAsync();
        _node = await TestNode.StartAsync(_template, number: 77);
        await _node.LeadAsync(0);
        await using var session = await SessionAsync();
        Assert.True(await session.InstallAsync());
        _client = await ConnectAsync();
    }

    public async Task DisposeAsync()
    {
        if (_client is not null)
        {
            await _client.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }

        await _template.DisposeAsync();
    }

    internal Task<ElectionSession> SessionAsync() =>
        ElectionSession.OpenAsync(_node!.Options.Host, _node.Options.Port, Installer.User, Installer.Password);

    /// <summary>As an application: EXECUTE and SELECT, and no more.</summary>
    internal Task<DbConnection> ConnectAsync() => _node!.ClientAsync();

    internal DbConnection Application() => MysqlDriver.Remote(
        _node!.Options.Host, _node.Options.Port, MysqldTemplate.Accounts.Application!.User, MysqldTemplate.Accounts.Application.Password);

    /// <summary>As the owner of the schema, who may write the table: what time and failovers do to it is done so.</summary>
    internal async Task OwnerAsync(params IEnumerable<string> statements)
    {
        await using var owner = MysqlDriver.Remote(_node!.Options.Host, _node.Options.Port, Installer.User, Installer.Password);
        await MysqlDriver.OpenAsync(owner);
        await owner.ExecuteAsync("USE mysqlha_election");
        foreach (var statement in statements)
        {
            await owner.ExecuteAsync(statement);
        }
    }

    internal Task OwnerAsync(string statement) => OwnerAsync([statement]);

    internal async Task<Row> CallAsync(string call) => await _client!.RowAsync($"CALL mysqlha_election.{call}");

    internal Task<ImmutableArray<Row>> QueryAsync(string sql) => _client!.QueryAsync(sql);

    /// <summary>The message of an error that is the caller's.</summary>
    internal async Task<string> RefusedAsync(string sql, string state = "45000")
    {
        await using var connection = await ConnectAsync();
        var error = await Assert.ThrowsAnyAsync<DbException>(async () =>
        {
            foreach (var statement in sql.Split("; "))
            {
                await connection.ExecuteAsync(statement);
            }
        });
        Assert.Equal(state, error.SqlState);
        return error.Message;
    }
}

[CollectionDefinition(ElectionServer.Name)]
public sealed class ElectionRoom : ICollectionFixture<ElectionServer>;
