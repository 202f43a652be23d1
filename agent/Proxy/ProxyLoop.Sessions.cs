using System.Net;
using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>Which server a session has, from its beginning to its end.</summary>
internal sealed partial class ProxyLoop
{
    private void Take(ClientRoutes routes)
    {
        var announced = routes.Successor is not null && _book.Routes.Successor != routes.Successor;
        _book.Routes = routes;
        _announcedAt = announced ? _now : _announcedAt;
        foreach (var session in _sessions.All())
        {
            switch (session)
            {
                case { Stage: SessionStage.Waiting, Timed: >= 0 }:
                    session.Refused.Clear();
                    Place(session);
                    break;
                case { Early: not null } when session.Epoch == routes.SuccessorEpoch && routes.Successor == session.Target:
                    break;
                case { Early: not null }
                    when session.Epoch != routes.Epoch || (routes.Writer ?? routes.Next ?? session.Target) != session.Target:
                    _counters.Add(ProxyCount.ClosedByEpoch);
                    CloseOrPlace(session);
                    break;
                case { Early: not null } when routes.Writer is not null:
                    Release(session);
                    break;
                case { Early: not null }:
                    break;
                case { ReadWrite: true, Stage: SessionStage.Open or SessionStage.Connecting or SessionStage.Leaving }
                    when session.Epoch != routes.Epoch:
                    End(session);
                    break;
                case { Stage: SessionStage.Leaving } when routes.Successor is null:
                    session.Stage = SessionStage.Open;
                    break;
                case { ReadWrite: true, Stage: SessionStage.Open } when announced && crew.LetsGoEarly():
                    LetGoEarly(session);
                    break;
                case { ReadWrite: false, Stage: SessionStage.Open or SessionStage.Connecting }
                    when !routes.Serving.Contains(session.Target!.Node):
                    _counters.Add(ProxyCount.ClosedByServing);
                    CloseOrPlace(session);
                    break;
            }
        }
    }

    /// <summary>Its epoch is closed. Who waits for an answer gets it, if it comes at once: a commit's, so that nobody need guess.</summary>
    private void End(Session session)
    {
        if (session is { Used: true, IsQuiet: false })
        {
            session.Stage = SessionStage.Ending;
            _sessions.Time(session, _now + (long)_options.LastAnswer.TotalMilliseconds);
            return;
        }

        _counters.Add(ProxyCount.ClosedByEpoch);
        CloseOrPlace(session);
    }

    /// <summary>
    /// Its leader stops in a moment. Half of the clients log in with the next one meanwhile, and the other half write on: when the
    /// leader changes, not all have a login before them.
    /// </summary>
    private void LetGoEarly(Session session)
    {
        if (session is { Used: true, IsQuiet: false })
        {
            session.Stage = SessionStage.Leaving;
            return;
        }

        _counters.Add(ProxyCount.ClosedByEpoch);
        CloseOrPlace(session);
    }

    /// <summary>Its leader is writable now: it may be logged in.</summary>
    private void Release(Session session)
    {
        var kept = session.Early!.TakeKept();
        session.Early = null;
        if (WouldBeLate(session))
        {
            _counters.Add(ProxyCount.ClosedByEpoch);
            Close(session);
        }
        else if (session.Stage == SessionStage.Early)
        {
            Leave(session, SessionStage.Open);
            if (_relay.Give(session.Client, kept.Span))
            {
                Ask(session);
            }
            else
            {
                Close(session);
            }
        }
    }

    /// <summary>A client that has not heard anything of its server yet does not notice that it gets another.</summary>
    private void CloseOrPlace(Session session)
    {
        if (session.Used)
        {
            Close(session);
            return;
        }

        LeaveServer(session);
        session.Since = _now;
        Place(session);
    }

    /// <summary>To a server, or to wait for one.</summary>
    private void Place(Session session)
    {
        if ((_book.Routes.Writer is null || _now - _announcedAt < News)
            && _book.JoinSuccessor(session.ReadWrite, session.Refused) is { } successor
            && Connect(session, successor, new EarlyLogin(announced: true), _book.Routes.SuccessorEpoch))
        {
            return;
        }

        while (_book.Join(session.ReadWrite, session.Refused) is { } target)
        {
            if (Connect(session, target, early: null, _book.Routes.Epoch))
            {
                return;
            }
        }

        if (_book.JoinEarly(session.ReadWrite, session.Refused) is { } next
            && Connect(session, next, new EarlyLogin(announced: false), _book.Routes.Epoch))
        {
            return;
        }

        if (session.Stage != SessionStage.Waiting || session.Timed < 0)
        {
            Wait(session);
        }
    }

    /// <param name="target">Counts the session already.</param>
    private bool Connect(Session session, RouteTarget target, EarlyLogin? early, long epoch)
    {
        var socket = SocketCalls.Connect(new IPEndPoint(IPAddress.Parse(target.Host), target.Port));
        if (socket < 0)
        {
            _book.Left(target.Node);
            _counters.Add(ProxyCount.ConnectFailed);
            session.Refused.Add(target.Node);
            return false;
        }

        Leave(session, SessionStage.Connecting);
        (session.Target, session.Epoch, session.Server.Socket, session.Early) = (target, epoch, socket, early);
        _sessions.Time(session, _now + (long)_options.ConnectWithin.TotalMilliseconds);
        Ask(session, Readiness.PeerEnded, Readiness.Output);
        return true;
    }

    private void Wait(Session session)
    {
        if (!crew.MayWait())
        {
            _counters.Add(ProxyCount.TurnedAway);
            Say(session, $"no server to go to now, and {_options.MostWaiting} clients wait for one already");
            return;
        }

        _counters.Add(ProxyCount.Waited);
        session.Stage = SessionStage.Waiting;
        _sessions.Time(session, session.Since + (long)_options.Patience.TotalMilliseconds);
        Ask(session, Readiness.PeerEnded, Readiness.None);
    }

    private void Leave(Session session, SessionStage next)
    {
        if (session is { Stage: SessionStage.Waiting, Timed: >= 0 })
        {
            crew.WaitsNoMore();
        }

        session.Stage = next;
        _sessions.Untime(session);
    }

    private void Connected(Session session)
    {
        if (SocketCalls.ErrorOf(session.Server.Socket) != 0)
        {
            ConnectFailed(session);
        }
        else if (SocketCalls.IsConnected(session.Server.Socket))
        {
            Leave(session, session.Early is null ? SessionStage.Open : SessionStage.Early);
            if (session.Early is not null)
            {
                _counters.Add(ProxyCount.Waited);
                _sessions.Time(session, session.Since + (long)_options.Patience.TotalMilliseconds);
            }

            Ask(session);
        }

        // Else it was the last word of a server that it had before.
    }

    /// <summary>A follower that does not answer is not asked again; a leader is, as long as the client waits.</summary>
    private void ConnectFailed(Session session)
    {
        _counters.Add(ProxyCount.ConnectFailed);
        session.Refused.Add(session.Target!.Node);
        LeaveServer(session);
        Place(session);
    }

    /// <summary>Tells a client that was never given a server why, and lets it go.</summary>
    private void Say(Session session, string why)
    {
        _ = SocketCalls.Send(session.Client.Socket, ErrorPacket.Of(ErrorPacket.CannotConnect, why));
        Close(session);
    }

    private static void Refuse(int client, ushort code, string why)
    {
        _ = SocketCalls.Send(client, ErrorPacket.Of(code, why));
        SocketCalls.Close(client);
    }

    private void LeaveServer(Session session)
    {
        var server = session.Server;
        if (server.Socket < 0)
        {
            return;
        }

        _book.Left(session.Target!.Node);
        _relay.Forget(server);
        if (server.Asked != Readiness.None)
        {
            // Its end does not do it while a child that is just being started has it open too, and its session may have another by then.
            poller.Remove(server.Socket);
        }

        SocketCalls.Close(server.Socket);
        server.Clear();
        session.Early = null;
        Leave(session, SessionStage.Waiting);
    }

    private void Close(Session session)
    {
        Leave(session, session.Stage);
        LeaveServer(session);
        _relay.Forget(session.Client);
        SocketCalls.Close(session.Client.Socket);
        _counters.Add(session.ReadWrite ? ProxyCount.ReadWriteNow : ProxyCount.ReadOnlyNow, -1);
        _ = Interlocked.Decrement(ref _clients);
        _sessions.Remove(session);
    }
}
