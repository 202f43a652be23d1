namespace MySqlHa.Api;

/// <summary>
/// The places of the streams. Where all are taken, who comes takes the place of the one that has been there for longest, if that was
/// for a while: whether a client reads what its machine takes for it nobody sees, but one that reads comes back by itself, and goes on
/// where it was.
/// </summary>
/// <param name="most">Above zero.</param>
/// <param name="atLeast">So long a stream stands before another takes its place.</param>
internal sealed class StreamPlaces(int most, TimeSpan atLeast, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly LinkedList<(CancellationTokenSource End, long Since)> _longestFirst = new();

    /// <summary>False: all are taken, and none for long enough.</summary>
    /// <param name="end">Cancelled when another takes its place; not disposed of before <see cref="Leave"/>.</param>
    public bool Take(CancellationTokenSource end)
    {
        lock (_lock)
        {
            if (_longestFirst.Count >= most)
            {
                var (longest, since) = _longestFirst.First!.Value;
                if (time.GetElapsedTime(since) < atLeast)
                {
                    return false;
                }

                _longestFirst.RemoveFirst();
                _ = longest.CancelAsync(); // what waits for it goes on elsewhere, not in here
            }

            _ = _longestFirst.AddLast((end, time.GetTimestamp()));
            return true;
        }
    }

    public void Leave(CancellationTokenSource end)
    {
        lock (_lock)
        {
            for (var place = _longestFirst.First; place is not null; place = place.Next)
            {
                if (place.Value.End == end)
                {
                    _longestFirst.Remove(place);
                    return;
                }
            }
        }
    }
}
