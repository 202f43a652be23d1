namespace MySqlHa.Proxy;

/// <summary>One end of a session: a socket, and what waits to be sent to it.</summary>
internal sealed class End
{
    private byte[] _held = [];
    private int _first;
    private int _count;

    /// <summary>-1: none.</summary>
    public int Socket { get; set; } = -1;

    /// <summary>What the poller was asked about it; none: it is not in the poller.</summary>
    public Readiness Asked { get; set; }

    /// <summary>It has sent its last.</summary>
    public bool Ended { get; set; }

    /// <summary>It was told that nothing more comes.</summary>
    public bool ToldOfTheEnd { get; set; }

    /// <summary>What it has not taken yet. While there is any, nothing more is read for it: at most one piece is ever held.</summary>
    public ReadOnlySpan<byte> Held => _held.AsSpan(_first, _count);

    /// <summary>Behind what is held already.</summary>
    public void Hold(ReadOnlySpan<byte> rest)
    {
        _held = [.. Held, .. rest];
        (_first, _count) = (0, _held.Length);
    }

    public void Took(int count)
    {
        (_first, _count) = (_first + count, _count - count);
        if (_count == 0)
        {
            (_held, _first) = ([], 0);
        }
    }

    /// <summary>Without a socket and what belonged to it.</summary>
    public void Clear()
    {
        Took(_count);
        (Socket, Asked, Ended, ToldOfTheEnd) = (-1, Readiness.None, false, false);
    }
}
