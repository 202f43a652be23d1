using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>What the threads of a proxy have in common: each has clients of its own, the limits are for all together.</summary>
internal sealed class ProxyCrew(ProxyOptions options, ProxyCounters counters)
{
    private readonly Lock _gate = new();
    private readonly ProxyLoop?[] _loops = new ProxyLoop?[options.Threads];
    private ClientRoutes _routes = ClientRoutes.None;
    private int _waiting;
    private int _asked;
    private bool _stopping;

    public ProxyOptions Options => options;

    public ProxyCounters Counters => counters;

    public ServerLoads Loads { get; } = new();

    /// <summary>Of each thread.</summary>
    public IReadOnlyList<int> Clients
    {
        get
        {
            lock (_gate)
            {
                return [.. _loops.Select(loop => loop?.Clients ?? 0)];
            }
        }
    }

    /// <summary>Where all go from now on. Returns at once; the threads do the rest.</summary>
    public void Follow(ClientRoutes routes)
    {
        lock (_gate)
        {
            if (routes.Successor != _routes.Successor)
            {
                Volatile.Write(ref _asked, 0);
            }

            _routes = routes;
            foreach (var loop in _loops)
            {
                loop?.Follow(routes);
            }
        }
    }

    /// <summary>A thread's loop begins, and follows the routes. False: the proxy is stopping.</summary>
    public bool Begin(int number, ProxyLoop loop)
    {
        lock (_gate)
        {
            if (_stopping)
            {
                return false;
            }

            _loops[number] = loop;
            loop.Follow(_routes);
            return true;
        }
    }

    /// <summary>A thread's loop has ended.</summary>
    public void End(int number)
    {
        lock (_gate)
        {
            _loops[number] = null;
        }
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopping = true;
            foreach (var loop in _loops)
            {
                loop?.Stop();
            }
        }
    }

    /// <summary>Another thread, with fewer clients than this one, has taken the client.</summary>
    public bool TakenByAnother(ProxyLoop accepting, bool readWrite, int client)
    {
        if (_loops.Length == 1)
        {
            return false;
        }

        lock (_gate)
        {
            var fewest = accepting;
            foreach (var loop in _loops)
            {
                fewest = loop is not null && loop.Clients < fewest.Clients ? loop : fewest;
            }

            return fewest != accepting && fewest.Give(readWrite, client);
        }
    }

    /// <summary>Whether the client that is asked about is one of the half that is let go before a switchover; the first is not.</summary>
    public bool LetsGoEarly() => Interlocked.Increment(ref _asked) % 2 == 0;

    /// <summary>One more client waits for a server. False: as many wait as may.</summary>
    public bool MayWait()
    {
        if (Interlocked.Increment(ref _waiting) <= options.MostWaiting)
        {
            return true;
        }

        WaitsNoMore();
        return false;
    }

    public void WaitsNoMore() => Interlocked.Decrement(ref _waiting);
}
