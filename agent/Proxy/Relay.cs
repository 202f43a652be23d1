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
        moved = default;
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

        moved = piece[..received];
        var sent = SocketCalls.Send(to.Socket, piece[..received]);
        if (sent < 0 && sent != -SocketCalls.WouldBlock)
        {
            return false;
        }

        var taken = Math.Max(sent, 0);
        Carried += taken;
        if (taken < received)
        {
            to.Hold(piece[taken..received]);
            Held += received - taken;
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
