namespace MySqlHa.Proxy;

/// <summary>
/// The sessions by slot, and those whose stage ends by time. A token names a session's end so that it can never mean a later session's.
/// </summary>
internal sealed class SessionTable
{
    private readonly List<Session?> _slots = [];
    private readonly Stack<int> _free = new();
    private readonly List<Session> _timed = [];
    private uint _generation;

    public int Count => _slots.Count - _free.Count;

    /// <summary>Whose stage ends by time.</summary>
    public IReadOnlyList<Session> Timed => _timed;

    public Session Add(bool readWrite, int client, long now)
    {
        if (!_free.TryPop(out var slot))
        {
            slot = _slots.Count;
            _slots.Add(null);
        }

        // 0 is the listeners' own.
        _generation = Math.Max(1, _generation + 1);
        return _slots[slot] = new Session(slot, _generation, readWrite, client, now);
    }

    public void Remove(Session session)
    {
        Untime(session);
        _slots[session.Slot] = null;
        _free.Push(session.Slot);
    }

    public static ulong Token(Session session, bool server) =>
        ((ulong)session.Generation << 32) | ((uint)session.Slot << 1) | (server ? 1U : 0U);

    /// <summary>Null: that session is gone.</summary>
    public Session? Find(ulong token, out bool server)
    {
        server = (token & 1) != 0;
        var slot = (int)((uint)token >> 1);
        return slot < _slots.Count && _slots[slot] is { } session && session.Generation == (uint)(token >> 32) ? session : null;
    }

    /// <summary>All, also while some are removed or added.</summary>
    public IEnumerable<Session> All()
    {
        for (var slot = 0; slot < _slots.Count; slot++)
        {
            if (_slots[slot] is { } session)
            {
                yield return session;
            }
        }
    }

    /// <summary>Its stage ends then.</summary>
    public void Time(Session session, long until)
    {
        session.Until = until;
        if (session.Timed < 0)
        {
            session.Timed = _timed.Count;
            _timed.Add(session);
        }
    }

    public void Untime(Session session)
    {
        if (session.Timed < 0)
        {
            return;
        }

        var last = _timed[^1];
        (_timed[session.Timed], last.Timed) = (last, session.Timed);
        _timed.RemoveAt(_timed.Count - 1);
        (session.Timed, session.Until) = (-1, long.MaxValue);
    }
}
