using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>How often the node looks at its own mysqld.</summary>
public sealed partial class NodeCore
{
    private (long Epoch, bool Closed, bool Switchover) _phase;
    private Instant _hasteUntil = Instant.Zero;

    /// <summary>A change of leader waits for what is applied, which only looks tell. Not for ever, where it comes no further.</summary>
    private TimeSpan LookEvery()
    {
        (long Epoch, bool Closed, bool Switchover) phase = _state.Current is { } current
            ? (current.Number, current.Closed, _state.Switchover?.Epoch == current.Number)
            : default;
        if (phase != _phase)
        {
            (_phase, _hasteUntil) = (phase, _now + (_options.Timing.Lease * 2));
        }

        return _now >= _hasteUntil ? _options.Timing.Probe
            : phase.Closed && _mysqld.Status is { AllApplied: false } ? _options.Timing.ProbeInHaste
            : phase.Closed || !phase.Switchover ? _options.Timing.Probe
            : _state.Switchover!.Behind.IsEmpty ? _options.Timing.ProbeInHaste
            : _options.Timing.ProbeWhilePlacing;
    }
}
