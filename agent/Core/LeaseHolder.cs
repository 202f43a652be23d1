using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>
/// The leader's side of its lease. It runs from the moment the question was sent, by a clock that counts through suspend:
/// whatever delayed the answer cannot make it longer than the controller believes.
/// </summary>
internal sealed class LeaseHolder(Timing configured, CoreFaults faults)
{
    private readonly Dictionary<long, Instant> _sent = [];

    // By the lease that counts in the epoch, where this node is configured with a longer one.
    private Timing? _shorter;
    private long _nextAsk = 1;
    private Instant _askedAt = Instant.Zero;
    private bool _rested;

    public long Epoch { get; private set; }

    public Instant Until { get; private set; } = Instant.Zero;

    /// <summary>Behind the end of the lease, until the guard is to act.</summary>
    public TimeSpan GuardMargin => Counted.GuardMargin;

    private Timing Counted => _shorter ?? configured;

    public bool Held(Instant now, long epoch) => epoch == Epoch && now < Until;

    /// <summary>
    /// An adopted mysqld brings the lease along that the agent's earlier life held. If that was a rest, it is over with the first answer:
    /// from there on the lease is an ordinary one. By what length the earlier life counted, that answer tells too; until then the margin
    /// behind it is the least there is.
    /// </summary>
    public void Resume(long epoch, Instant until)
    {
        (Epoch, Until, _rested) = (epoch, until, true);
        _shorter = configured with { Lease = Timing.ShortestLease };
    }

    /// <summary>A majority knows that this leader's agent may be away for so long, counted from when it asked.</summary>
    public void Rest(long epoch, Instant asked, TimeSpan length)
    {
        if (epoch == Epoch)
        {
            Until = Instant.Later(Until, asked + (length * (1 - configured.ClockDrift)));
        }
    }

    public void Drop() => (Until, Epoch) = (Instant.Zero, 0);

    /// <summary>When the next question is due: every heartbeat while the lease runs, four times as often while it does not.</summary>
    public Instant NextAsk(Instant now) => _askedAt + (now < Until ? Counted.Heartbeat : Counted.Heartbeat / 4);

    /// <summary>The next question is due at once.</summary>
    public void AskSoon() => _askedAt = Instant.Zero;

    public LeaseAsk Ask(Instant now, long epoch)
    {
        if (epoch != Epoch)
        {
            (Epoch, Until) = (epoch, Instant.Zero);
            _sent.Clear();
        }

        _askedAt = now;
        var id = _nextAsk++;
        _sent[id] = now;
        _ = _sent.Remove(id - 64);
        return new LeaseAsk(epoch, id);
    }

    public void Answered(Instant now, LeaseAnswer answer)
    {
        if (answer.Epoch == Epoch && _sent.Remove(answer.AskId, out var sent))
        {
            _shorter = answer.Length is { } length && length < configured.Lease.TotalMilliseconds && !faults.CountsByItsOwnLease
                ? configured with { Lease = TimeSpan.FromMilliseconds(length) }
                : null;
            var until = (faults.LeaseFromReply ? now : sent) + Counted.LeaseOfLeader;
            Until = _rested ? until : Instant.Later(Until, until);
            _rested = false;
        }
    }

    /// <summary>Questions of an agent's earlier life must not be answered to this one.</summary>
    public void StartNumbersAt(long first) => _nextAsk = first;
}
