namespace MySqlHa.Proxy;

/// <summary>
/// Carries bytes from one end to the other as they are. What an end does not take at once is held, and nothing more is read for it
/// until it took that: so a slow client holds its own server up, through the kernel's buffers, and nobody else.
/// </summary>
/// <param name="mostHeld">Of all sessions together; beyond it, pieces are small.</param>
internal sealed class Relay(long mostHeld)
{
    private const int Piece = 64 * 1024;
    private const int SmallPiece = 4 * 1024;
    private readonly byte[] _piece = GC.AllocateArray<byte>(Piece, pinned: true);

    /// <summary>Bytes held now.</summary>
    public long Held { get; private set; }

    /// <summary>Bytes carried since the start.</summary>
    public long Carried { get; private set; }

    /// <summary>Takes one piece from an end and gives it to the other. False: one of them is broken.</summary>
    /// <param name="moved">There was something; to be read before the next call.</param>
    public bool Carry(End from, End to, out ReadOnlySpan<byte> moved)
    {
        return Take(from, to, out moved) && Give(to, moved);
    }

    /// <summary>Takes one piece from an end, where the other one has taken all that was held for it. False: it is broken.</summary>
    /// <param name="taken">To be read before the next call.</param>
    public bool Take(End from, End to, out ReadOnlySpan<byte> taken)
    {
        taken = default;
        if (!to.Held.IsEmpty || from.Ended)
        {
            return true;
        }

        var piece = _piece.AsSpan(0, Held < mostHeld ? Piece : SmallPiece);
        var received = SocketCalls.Receive(from.Socket, piece);
        if (received <= 0)
        {
            from.Ended = received == 0;
            return received is 0 or -SocketCalls.WouldBlock;
        }

        taken = piece[..received];
        return true;
    }

    /// <summary>Gives an end some bytes, behind those that are held for it; what it does not take is held. False: it is broken.</summary>
    public bool Give(End to, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return true;
        }

        var sent = to.Held.IsEmpty ? SocketCalls.Send(to.Socket, bytes) : -SocketCalls.WouldBlock;
        if (sent < 0 && sent != -SocketCalls.WouldBlock)
        {
            return false;
        }

        var taken = Math.Max(sent, 0);
        Carried += taken;
        if (taken < bytes.Length)
        {
            to.Hold(bytes[taken..]);
            Held += bytes.Length - taken;
        }

        return true;
    }

    /// <summary>Gives an end what was held for it, as far as it takes it. False: it is broken.</summary>
    public bool Flush(End to)
    {
        if (to.Held.IsEmpty)
        {
            return true;
        }

        var sent = SocketCalls.Send(to.Socket, to.Held);
        if (sent < 0)
        {
            return sent == -SocketCalls.WouldBlock;
        }

        to.Took(sent);
        (Held, Carried) = (Held - sent, Carried + sent);
        return true;
    }

    /// <summary>What an end will not get any more.</summary>
    public void Forget(End end) => Held -= end.Held.Length;
}
