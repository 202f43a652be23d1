using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>
/// One thread that carries its clients' bytes. It decides nothing about the cluster: it follows <see cref="ClientRoutes"/>. Memory of a
/// session at rest: two sockets and one small object. The thread that has the listeners accepts for all.
/// </summary>
internal sealed partial class ProxyLoop(ProxyCrew crew, Poller poller, ProxyListeners? listeners)
{
    private const ulong ReadWriteToken = 0;
    private const ulong ReadOnlyToken = 1;
    private const int AcceptsAtOnce = 64;

    // How often those are looked at whose stage ends by time: far below each of these times.
    private const int Beat = 10;

    // A server that refused is asked again by each who waits for it: few of these questions are worth their while.
    private const int AskAgainAfter = 50;
    private const int AcceptAgainAfter = 100;

    // An announced switchover that is not carried out within this time may not be at all, while the leader of now takes writes.
    private const int News = 500;

    // A server that refuses a login ends the connection with that word; one that ends it later took its word back.
    private const int LastWordWithin = 20;
    private readonly SessionTable _sessions = new();
    private readonly RouteBook _book = new(crew.Loads);
    private readonly Relay _relay = new(crew.Options.MostHeld / crew.Options.Threads);
    private readonly ProxyOptions _options = crew.Options;
    private readonly ProxyCounters _counters = crew.Counters;
    private readonly ConcurrentQueue<(bool ReadWrite, int Client)> _given = new();
    private ClientRoutes? _routes;
    private int _clients;
    private long _told;
    private long _now;
    private long _lookAt;
    private long _askAgainAt;
    private long _deafUntil;
    private long _announcedAt;
    private volatile bool _stopping;

    /// <summary>From any thread: how many it has, with those that are on their way to it.</summary>
    public int Clients => Volatile.Read(ref _clients);

    /// <summary>From any thread, before its end: a client that it is to carry from now on. False: it is stopping.</summary>
    public bool Give(bool readWrite, int client)
    {
        if (_stopping)
        {
            return false;
        }

        _ = Interlocked.Increment(ref _clients);
        _given.Enqueue((readWrite, client));
        poller.Wake();
        return true;
    }

    /// <summary>From any thread: the newest routes. Those given before and not taken yet do not matter any more.</summary>
    public void Follow(ClientRoutes routes)
    {
        _ = Interlocked.Exchange(ref _routes, routes);
        poller.Wake();
    }

    /// <summary>From any thread.</summary>
    public void Stop()
    {
        _stopping = true;
        poller.Wake();
    }

    /// <summary>Until it is told to stop.</summary>
    public void Run()
    {
        Listen(true);
        while (!_stopping)
        {
            var count = poller.Wait(_sessions.Timed.Count > 0 || _deafUntil > 0 ? Beat : -1);
            _now = Environment.TickCount64;
            TakeNewest();
            while (_given.TryDequeue(out var given))
            {
                Begin(given.ReadWrite, given.Client);
            }

            for (var i = 0; i < count; i++)
            {
                if (poller.Event(i, out var ready, out var token))
                {
                    Handle(ready, token);
                }
            }

            Expire();
            Tell();
        }
    }

    private void TakeNewest()
    {
        if (Volatile.Read(ref _routes) is not null && Interlocked.Exchange(ref _routes, null) is { } routes)
        {
            Take(routes);
        }
    }

    /// <summary>Ends every session. Nothing may be given to it any more.</summary>
    public void LetGo()
    {
        while (_given.TryDequeue(out var given))
        {
            _ = _sessions.Add(given.ReadWrite, given.Client, _now);
        }

        foreach (var session in _sessions.All())
        {
            Close(session);
        }

        Tell();
    }

    private void Tell()
    {
        if (_relay.Carried != _told)
        {
            _counters.Add(ProxyCount.Bytes, _relay.Carried - _told);
            _told = _relay.Carried;
        }
    }

    private void Listen(bool on)
    {
        if (listeners is null)
        {
            return;
        }

        foreach (var (listener, token) in new[] { (listeners.ReadWrite, ReadWriteToken), (listeners.ReadOnly, ReadOnlyToken) })
        {
            if (on)
            {
                poller.Add(listener, Readiness.Input, token);
            }
            else
            {
                poller.Remove(listener);
            }
        }

        _deafUntil = on ? 0 : _now + AcceptAgainAfter;
    }

    private void Handle(Readiness ready, ulong token)
    {
        if (token is ReadWriteToken or ReadOnlyToken)
        {
            Accept(token == ReadWriteToken);
        }
        else if (_sessions.Find(token, out var server) is { } session)
        {
            switch (session.Stage)
            {
                case SessionStage.Connecting when server:
                    Connected(session);
                    break;
                case SessionStage.Waiting when server:
                    break; // the last word of a server that it had before, found together with the routes that took it away
                case SessionStage.Waiting or SessionStage.Connecting:
                    Close(session); // only its leaving is asked for
                    break;
                default:
                    Exchange(session, server ? session.Server : session.Client, ready);
                    break;
            }
        }
    }

    private void Accept(bool readWrite)
    {
        for (var i = 0; i < AcceptsAtOnce; i++)
        {
            var client = SocketCalls.Accept(readWrite ? listeners!.ReadWrite : listeners!.ReadOnly);
            if (client < 0)
            {
                if (Marshal.GetLastPInvokeError() is SocketCalls.TooManyFiles or SocketCalls.TooManyFilesHere or SocketCalls.NoMemory
                    or SocketCalls.NoBuffers)
                {
                    Listen(false); // the listeners stay ready: without a pause this thread would do nothing else
                }

                return;
            }

            _counters.Add(readWrite ? ProxyCount.ReadWriteAccepted : ProxyCount.ReadOnlyAccepted);
            if (_counters[ProxyCount.ReadWriteNow] + _counters[ProxyCount.ReadOnlyNow] >= _options.MostConnections)
            {
                _counters.Add(ProxyCount.TurnedAway);
                var why = $"the proxy has its {_options.MostConnections} clients already (proxy.max-connections)";
                Refuse(client, ErrorPacket.TooManyConnections, why);
                continue;
            }

            _counters.Add(readWrite ? ProxyCount.ReadWriteNow : ProxyCount.ReadOnlyNow);
            if (!crew.TakenByAnother(this, readWrite, client))
            {
                _ = Interlocked.Increment(ref _clients);
                Begin(readWrite, client);
            }
        }
    }

    /// <summary>By the routes that were given before it came.</summary>
    private void Begin(bool readWrite, int client)
    {
        TakeNewest();
        Place(_sessions.Add(readWrite, client, _now));
    }

    private void Exchange(Session session, End end, Readiness ready)
    {
        var (client, server) = (session.Client, session.Server);
        if (session is { ReadWrite: true, Early: null } && WouldBeLate(session))
        {
            _counters.Add(ProxyCount.ClosedByEpoch);
            Close(session);
            return;
        }

        var other = end == client ? server : client;
        var holds = end == client && session.Early is { HoldsClient: true };
        var leaves = holds && (ready & (Readiness.PeerEnded | Readiness.Over)) != 0;
        var good = !leaves && (ready & Readiness.Error) == 0 && ((ready & Readiness.Output) == 0 || _relay.Flush(end));
        if (good && !holds && (ready & (Readiness.Input | Readiness.Over)) != 0)
        {
            good = end == server && session.Early is { Weighs: true } early ? Hear(session, early) : Carry(session, end, other);
        }

        var answered = session is { Stage: SessionStage.Ending or SessionStage.Leaving, IsQuiet: true };
        if (answered)
        {
            _counters.Add(ProxyCount.ClosedByEpoch);
        }

        // A server that has ended has nothing more to say; a client may still read.
        if (!good || answered || (server.Ended && client.Held.IsEmpty))
        {
            Close(session);
            return;
        }

        if (client.Ended && server.Held.IsEmpty && !server.ToldOfTheEnd)
        {
            server.ToldOfTheEnd = true;
            SocketCalls.EndSending(server.Socket);
        }

        Ask(session);
    }

    /// <summary>Its server is this node's own, whose lease has ended: what came through now might be older than what others have.</summary>
    private bool WouldBeLate(Session session) => session.Target!.Node == _options.Self && !_options.LeaseRuns();

    private bool Carry(Session session, End end, End other)
    {
        var good = _relay.Carry(end, other, out var moved);
        Note(session, end == session.Client, moved);
        return good;
    }

    /// <summary>What may be the last word of a login with a leader that is not writable yet.</summary>
    private bool Hear(Session session, EarlyLogin early)
    {
        var (client, server) = (session.Client, session.Server);
        var good = _relay.Take(server, client, out var said);
        if (!said.IsEmpty)
        {
            session.Asking = false;
            session.Heard = _now;
            good = good && _relay.Give(client, early.Weigh(said).Span);
        }

        return good && (!server.Ended || _relay.Give(client, early.TakeRefusal(_now - session.Heard <= LastWordWithin).Span));
    }

    private static void Note(Session session, bool byClient, ReadOnlySpan<byte> moved)
    {
        if (moved.IsEmpty)
        {
            return;
        }

        session.Used = true;
        session.Asking = byClient;
        if (byClient)
        {
            session.Early?.ClientSpoke(moved);
        }
    }

    private void Ask(Session session)
    {
        var (client, server) = (session.Client, session.Server);
        var (ofClient, ofServer) = (Wanted(client, server), Wanted(server, client));
        Ask(
            session,
            session.Early is { HoldsClient: true } ? (ofClient & ~Readiness.Input) | Readiness.PeerEnded : ofClient,
            session.Early is { Listens: false } ? ofServer & ~Readiness.Input : ofServer);
    }

    private static Readiness Wanted(End end, End other) =>
        (!end.Ended && other.Held.IsEmpty ? Readiness.Input : Readiness.None) | (end.Held.IsEmpty ? Readiness.None : Readiness.Output);

    private void Ask(Session session, Readiness ofClient, Readiness ofServer)
    {
        Ask(session.Client, ofClient, SessionTable.Token(session, server: false));
        Ask(session.Server, ofServer, SessionTable.Token(session, server: true));
    }

    /// <summary>A socket of which nothing is wanted leaves the poller, which would tell of its end for ever.</summary>
    private void Ask(End end, Readiness wanted, ulong token)
    {
        if (end.Asked == wanted)
        {
            return;
        }

        if (wanted == Readiness.None)
        {
            poller.Remove(end.Socket);
        }
        else if (end.Asked == Readiness.None)
        {
            poller.Add(end.Socket, wanted, token);
        }
        else
        {
            poller.Change(end.Socket, wanted, token);
        }

        end.Asked = wanted;
    }

    /// <summary>At most once in a beat, however often the others' bytes wake this thread.</summary>
    private void Expire()
    {
        if (_now < _lookAt)
        {
            return;
        }

        var ask = _now >= _askAgainAt;
        (_lookAt, _askAgainAt) = (_now + Beat, ask ? _now + AskAgainAfter : _askAgainAt);
        if (_deafUntil > 0 && _now >= _deafUntil)
        {
            Listen(true);
        }

        for (var i = _sessions.Timed.Count - 1; i >= 0; i--)
        {
            // Each removal brings the last one, which was looked at, to its place.
            if (i < _sessions.Timed.Count && _sessions.Timed[i] is var session && _now >= session.Until)
            {
                Expire(session);
            }
            else if (ask && i < _sessions.Timed.Count && _sessions.Timed[i] is { Stage: SessionStage.Waiting, Refused.Count: > 0 } refused)
            {
                refused.Refused.Clear();
                Place(refused);
            }
        }
    }

    private void Expire(Session session)
    {
        switch (session.Stage)
        {
            case SessionStage.Connecting:
                ConnectFailed(session);
                break;
            case SessionStage.Early when session.Used:
                _counters.Add(ProxyCount.WaitedInVain);
                Close(session); // in the middle of a login there is no word for it
                break;
            case SessionStage.Waiting or SessionStage.Early:
                _counters.Add(ProxyCount.WaitedInVain);
                Say(session, $"no {(session.ReadWrite ? "writable leader" : "server")} for {_options.Patience.TotalSeconds:0.#} s");
                break;
            default:
                _counters.Add(ProxyCount.ClosedByEpoch);
                Close(session);
                break;
        }
    }
}
