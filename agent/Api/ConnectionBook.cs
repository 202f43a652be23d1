using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace MySqlHa.Api;

/// <summary>
/// The API's connections. Where there are as many as may be, who comes takes the place of the one that has asked for nothing for
/// longest: nobody shuts the API, and with it a load balancer's checks, by holding connections open.
/// </summary>
internal sealed class ConnectionBook(int most)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<ConnectionContext> _longestFirst = new();
    private readonly Dictionary<string, LinkedListNode<ConnectionContext>> _byId = [];
    private readonly HashSet<string> _kept = [];

    /// <summary>For as long as the connection lasts.</summary>
    public async Task HoldAsync(ConnectionContext connection, Func<Task> next)
    {
        ConnectionContext? tooMany;
        lock (_lock)
        {
            tooMany = _byId.Count < most ? null : _longestFirst.FirstOrDefault(c => !_kept.Contains(c.ConnectionId));
            if (tooMany is not null)
            {
                Forget(tooMany.ConnectionId);
            }

            _byId[connection.ConnectionId] = _longestFirst.AddLast(connection);
        }

        tooMany?.Abort(new ConnectionAbortedException("another connection takes its place"));
        try
        {
            await next();
        }
        finally
        {
            lock (_lock)
            {
                Forget(connection.ConnectionId);
            }
        }
    }

    /// <summary>Its connection is the one that asked last.</summary>
    public Task NoteAsync(HttpContext context, RequestDelegate next)
    {
        lock (_lock)
        {
            if (_byId.TryGetValue(context.Connection.Id, out var node))
            {
                _longestFirst.Remove(node);
                _longestFirst.AddLast(node);
            }
        }

        return next(context);
    }

    /// <summary>The caller's connection stays, however many come, until the work is done.</summary>
    public async Task<T> KeepingAsync<T>(HttpContext context, Func<Task<T>> work)
    {
        lock (_lock)
        {
            _ = _kept.Add(context.Connection.Id);
        }

        try
        {
            return await work();
        }
        finally
        {
            lock (_lock)
            {
                _ = _kept.Remove(context.Connection.Id);
            }
        }
    }

    private void Forget(string id)
    {
        if (_byId.Remove(id, out var node))
        {
            _longestFirst.Remove(node);
        }
    }
}
