namespace MySqlHa.Ring;

/// <summary>
/// Which of one sender's counters were seen (RFC 6479): exact for the last 960, and everything older counts as seen.
/// Counters start at 1.
/// </summary>
internal sealed class ReplayWindow
{
    private const int Blocks = 16;
    private const int BlockBits = 64;

    // One block is always partly ahead of the highest counter, so its width does not count.
    internal const int Width = (Blocks - 1) * BlockBits;

    private readonly ulong[] _bits = new ulong[Blocks];
    private ulong _highest;

    /// <summary>True exactly once for each counter within the window.</summary>
    internal bool Accept(ulong counter)
    {
        if (counter == 0 || (_highest >= Width && counter <= _highest - Width))
        {
            return false;
        }

        if (counter > _highest)
        {
            var ahead = Math.Min((counter / BlockBits) - (_highest / BlockBits), Blocks);
            for (var i = 1UL; i <= ahead; i++)
            {
                _bits[((_highest / BlockBits) + i) % Blocks] = 0;
            }

            _highest = counter;
        }

        ref var block = ref _bits[counter / BlockBits % Blocks];
        var bit = 1UL << (int)(counter % BlockBits);
        if ((block & bit) != 0)
        {
            return false;
        }

        block |= bit;
        return true;
    }
}
