using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>An application that writes a row at a time, on whichever node takes it, and remembers those that were acknowledged.</summary>
internal sealed class RowWriter : IAsyncDisposable
{
    private readonly StackRoom _room;
    private readonly string[] _addresses;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<long> _acknowledged = [];
    private Task _writing = Task.CompletedTask;
    private long _last;

    private RowWriter(StackRoom room)
    {
        _room = room;
        _addresses = [.. room.Machines.Select(m => m.Record.Address)];
    }

    public int Count => _acknowledged.Count;

    public static async Task<RowWriter> StartAsync(StackRoom room)
    {
        await using (var leader = await room.ConnectToLeaderAsync())
        {
            await DoAsync(leader, "CREATE DATABASE IF NOT EXISTS story");
            await DoAsync(leader, "CREATE TABLE IF NOT EXISTS story.line (id BIGINT PRIMARY KEY)");
            await DoAsync(leader, "TRUNCATE story.line");
        }

        var writer = new RowWriter(room);
        writer._writing = Task.Run(writer.WriteAsync);
        return writer;
    }

    /// <summary>Stops; every acknowledged row is on the leader of now.</summary>
    public async Task NothingIsLostAsync(int atLeast)
    {
        await _stop.CancelAsync();
        await _writing;
        await using var connection = await _room.ConnectToLeaderAsync();
        await using var command = connection.CreateCommand();
        command.CommandText = "SELECT id FROM story.line";
        var there = new HashSet<long>();
        await using (var reader = await command.ExecuteReaderAsync())
        {
            while (await reader.ReadAsync())
            {
                _ = there.Add(reader.GetInt64(0));
            }
        }

        var lost = _acknowledged.Where(id => !there.Contains(id)).ToList();
        var some = string.Join(", ", lost.Take(10));
        Assert.True(lost.Count == 0, $"{lost.Count} of {_acknowledged.Count} acknowledged rows are lost: {some}");
        Assert.True(_acknowledged.Count >= atLeast, $"only {_acknowledged.Count} rows were acknowledged, {atLeast} were expected");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing;
        _stop.Dispose();
    }

    private static async Task DoAsync(DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // the test's own statements
        command.CommandText = sql;
#pragma warning restore CA2100
        // On a thread of its own: a driver's asynchronous call may block.
        _ = await Task.Run(command.ExecuteNonQuery).WaitAsync(TimeSpan.FromSeconds(3));
    }

    private async Task WriteAsync()
    {
        DbConnection? connection = null;
        for (var turn = 0; !_stop.IsCancellationRequested;)
        {
            try
            {
                connection ??= await _room.ConnectAsync(_addresses[turn % _addresses.Length], within: 3);
                var id = ++_last;
                await DoAsync(connection, string.Create(CultureInfo.InvariantCulture, $"INSERT INTO story.line VALUES ({id})"));
                _acknowledged.Enqueue(id);
            }
            catch (Exception e)
                when (e is DbException or TimeoutException or IOException or InvalidOperationException or NullReferenceException)
            {
                // Whatever it is: the row is not ours, and another node may know better.
                connection = null;
                turn++;
            }

            await Task.Delay(20);
        }

        if (connection is not null)
        {
            await connection.DisposeAsync();
        }
    }
}
