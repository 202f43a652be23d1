using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// A member's time to object (Lifeguard §IV.B). It begins long and shrinks as others come to the same finding by themselves:
/// one slow accuser waits for longest and is probably corrected; a real death is found by many.
/// </summary>
internal sealed class Suspicion
{
    private readonly SortedSet<NodeId> _accusers = [];
    private readonly Instant _start;
    private readonly int _expected;
    private readonly TimeSpan _min;
    private readonly TimeSpan _max;

    /// <param name="expected">Further accusers needed for the shortest time.</param>
    public Suspicion(Instant start, NodeId accuser, int expected, TimeSpan min, TimeSpan max)
    {
        (_start, _expected, _min, _max) = (start, expected, min, max);
        _ = _accusers.Add(accuser);
    }

    public int Accusers => _accusers.Count;

    public Instant Deadline => _start + Remaining(_accusers.Count - 1, _expected, TimeSpan.Zero, _min, _max);

    public TimeSpan Age(Instant now) => now - _start;

    /// <summary>False where this accuser was counted already, or no further one is needed.</summary>
    public bool Accuse(NodeId accuser) => _accusers.Count <= _expected && _accusers.Add(accuser);

    /// <summary>
    /// Time left to object, negative where it is over: max − (max − min) × log(n + 1) / log(k + 1), at least min, less what has passed.
    /// </summary>
    /// <param name="n">Independent accusers beside the first.</param>
    /// <param name="k">How many of them shorten the time to <paramref name="min"/>; with 0 it is min from the start.</param>
    public static TimeSpan Remaining(int n, int k, TimeSpan elapsed, TimeSpan min, TimeSpan max)
    {
        var share = k < 1 ? 1 : Math.Log(n + 1) / Math.Log(k + 1);
        var total = max - ((max - min) * share);
        return (total < min ? min : total) - elapsed;
    }
}
