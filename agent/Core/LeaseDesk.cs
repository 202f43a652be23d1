using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Core;

/// <summary>
/// The controller's side of leases: who may have been told until when that an epoch is open. It errs on the long side: a
/// lease that it counts as lapsed is lapsed on its holder's clock too.
/// </summary>
internal sealed class LeaseDesk(Timing configured, CoreFaults faults)
{
    private readonly Timing _configured = configured;
    private readonly Dictionary<long, (NodeId From, long Epoch, long AskId, bool OlderOver)> _rounds = [];
    private long _nextContext = 1;

    // The end of any lease, of whichever epoch, that this or an earlier controller may have given; and of those for older epochs.
    private Instant _ends;
    private Instant _olderEnd;

    // By the leases that the epochs' leaders may hold: configured otherwise, this node would wait for them too short a time, or too long.
    private Timing _counted = configured;
    private long _epoch;

    // Until when an agent that restarts may believe in the lease that it took along, and of which epoch.
    private Instant _restEnds;
    private long _restEpoch;

    /// <summary>An earlier controller's last lease was given before this one's election: a majority confirmed it then.</summary>
    public void BecomeController(Instant now, ClusterState state)
    {
        _rounds.Clear();
        Count(state);
        _epoch = state.Current?.Number ?? 0;
        _ends = faults.NewControllerForgetsLeases ? now : now + _counted.LeaseOfController;
        var rests = faults.RestsOutliveEpochs || state.EpochsToCover().Any(e => e.Number == _restEpoch);
        _olderEnd = state.Current is { Established: true } ? Instant.Zero : Instant.Later(_ends, rests ? _restEnds : Instant.Zero);
    }

    /// <summary>The log says that the epoch's leader may be away for so long; counted from here, which is later than its own count.</summary>
    public void Rests(Instant now, long epoch, TimeSpan length)
    {
        _restEpoch = Math.Max(epoch, _restEpoch);
        _restEnds = Instant.Later(_restEnds, now + (length * (1 + _configured.ClockDrift)));
    }

    /// <summary>The log says that it is over: a controller counted it to its end before it said so.</summary>
    public void RestIsOver(long epoch) => _restEnds = epoch == _restEpoch ? Instant.Zero : _restEnds;

    public Instant RestEnds => _restEnds;

    /// <summary>
    /// The controller applied a new epoch: its leader gets the time of two leases to become writable, behind the old lease. Where the
    /// epoch before was established, all before that one are over: its leader could not have begun else.
    /// </summary>
    public void EpochOpened(Instant now, ClusterState state)
    {
        var (epoch, behindEstablished) = (state.Current!.Number, state.Epochs is [.., { Established: true }, _]);
        Count(state);
        if (epoch > _epoch)
        {
            var ends = Ends;
            _epoch = epoch;
            _olderEnd = faults.NewControllerForgetsLeases ? _olderEnd
                : behindEstablished && !faults.RestsOutliveEpochs ? ends
                : Instant.Later(_olderEnd, ends);
            _ends = Instant.Later(now, ends) + (_counted.Lease * 2);
        }
    }

    public bool Lapsed(Instant now) => now >= Ends;

    /// <summary>When <see cref="Lapsed"/> may become true.</summary>
    public Instant Ends => _restEpoch == _epoch ? Instant.Later(_ends, _restEnds) : _ends;

    /// <summary>
    /// Whether a question may be put to a majority. The old leader's lease must be over, by time (and its guard's margin) or because it
    /// said that it is fenced: two leaders never believe in themselves at once, and no two servers are writable at once.
    /// </summary>
    public long? Ask(Instant now, ClusterState state, NodeId from, LeaseAsk ask, Func<EpochRecord, bool> released)
    {
        if (!state.IsOpenFor(from, ask.Epoch))
        {
            return null;
        }

        var current = state.Current!;
        var olderOver = current.Established || OlderEnded(now)
            || state.EpochsToCover().Where(e => e.Number < current.Number).All(e => e.Leader == current.Leader || released(e));
        // The leader of a hand-over does not begin before the old one's last word, whatever leases there are.
        if (!olderOver && !current.HandedOver && !faults.GrantBesideOldLease)
        {
            return null;
        }

        var context = _nextContext++;
        _rounds[context] = (from, ask.Epoch, ask.AskId, olderOver);
        if (_rounds.Count > 256)
        {
            _ = _rounds.Remove(_rounds.Keys.Min());
        }

        return context;
    }

    /// <summary>The old leader's lease is over, and its guard had time to kill a mysqld whose agent did not.</summary>
    private bool OlderEnded(Instant now) => now >= _olderEnd + (faults.GrantBesideGuard ? TimeSpan.Zero : _counted.GuardMarginOfController);

    /// <summary>A majority confirmed this controller after the question came: answer it, if the epoch is open still.</summary>
    /// <param name="now">By this controller's clock.</param>
    /// <param name="state">The newest that is applied.</param>
    /// <param name="context">What <see cref="Ask"/> gave.</param>
    public (NodeId To, LeaseAnswer Answer)? Confirmed(Instant now, ClusterState state, long context)
    {
        if (!_rounds.Remove(context, out var round) || !state.IsOpenFor(round.From, round.Epoch))
        {
            return null;
        }

        Count(state);
        _ends = Instant.Later(_ends, now + _counted.LeaseOfController);
        var olderOver = faults.RestsOutliveEpochs ? state.Current is { Established: true } || OlderEnded(now) : round.OlderOver;
        if (round.Epoch == _epoch && _ends > now + (_counted.Lease * 1.5) && olderOver)
        {
            // The time given to a new leader was not needed in full, and no older leader believes in itself.
            _ends = now + _counted.LeaseOfController;
        }

        return (round.From, new LeaseAnswer(round.Epoch, round.AskId) { Length = state.Current!.LeaseMilliseconds });
    }

    private void Count(ClusterState state)
    {
        var own = (int)_configured.Lease.TotalMilliseconds;
        var longest = faults.ControlsByItsOwnLease
            ? own
            : state.EpochsToCover().Select(e => e.LeaseMilliseconds ?? own).DefaultIfEmpty(own).Max();
        _counted = longest == own ? _configured : _configured with { Lease = TimeSpan.FromMilliseconds(longest) };
    }
}
