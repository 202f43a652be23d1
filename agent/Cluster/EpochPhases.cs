using System.Globalization;

namespace MySqlHa.Cluster;

/// <summary>From when the phases of a change of leader are counted.</summary>
public enum PhaseZero
{
    /// <summary>The end of the old leader's mysqld, as its own agent counted it back.</summary>
    MysqldEnd,

    /// <summary>The controller knew that the leader was lost; since when it was, nobody can say.</summary>
    Known,

    /// <summary>An operator, or a change of members, asked for it.</summary>
    Asked,

    /// <summary>The old epoch's end: the controller of before saw what came earlier.</summary>
    Close,
}

/// <summary>
/// How long a change of leader took, phase by phase: milliseconds since <see cref="Zero"/>, by one clock, that of the controller which
/// established the epoch. What that one did not see is null.
/// </summary>
public sealed record EpochPhases
{
    public required PhaseZero Zero { get; init; }

    /// <summary>The controller knew.</summary>
    public int? Detect { get; init; }

    /// <summary>Of a switchover: the old leader was read-only, and the next one held everything.</summary>
    public int? Release { get; init; }

    /// <summary>The old epoch's end was committed.</summary>
    public int? Close { get; init; }

    /// <summary>Enough had promised.</summary>
    public int? Promise { get; init; }

    /// <summary>The new epoch was committed.</summary>
    public int? Open { get; init; }

    /// <summary>The new leader had applied everything that it leads with.</summary>
    public int? Apply { get; init; }

    /// <summary>Its mysqld was read-only no more.</summary>
    public int? Writable { get; init; }

    /// <summary>A commit of the new epoch was acknowledged, and that was committed.</summary>
    public int? Established { get; init; }

    /// <summary>Clients were let in: with <see cref="Writable"/> where they had been already, as readers of a follower.</summary>
    public int? Clients { get; init; }

    /// <summary>Each phase and when it ended, in the order in which they mostly do. These names never change.</summary>
    public IEnumerable<(string Name, int? At)> Each() =>
    [
        ("detect", Detect), ("release", Release), ("close", Close), ("promise", Promise), ("open", Open), ("apply", Apply),
        ("writable", Writable), ("established", Established), ("clients", Clients),
    ];

    /// <summary>When clients could write again; null: nobody saw it.</summary>
    public int? Whole() => Clients is { } clients && Writable is { } writable ? Math.Max(clients, writable) : Clients ?? Writable;

    /// <summary>"detect 0.004, close 0.012, ..., clients 0.130 s after mysqld ended".</summary>
    public override string ToString()
    {
        var zero = Zero switch { PhaseZero.MysqldEnd => "", PhaseZero.Close => "close", _ => "detect" };
        var seen = Each().Where(p => p.At is not null && p.Name != zero && (p.Name != "clients" || p.At != Writable))
            .Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.At / 1000.0:0.000}"));
        return $"{string.Join(", ", seen)} s after {Zero switch
        {
            PhaseZero.MysqldEnd => "mysqld ended",
            PhaseZero.Known => "the loss was known",
            PhaseZero.Asked => "it was asked for",
            _ => "the close",
        }}";
    }
}
