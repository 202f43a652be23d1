using MySqlHa.Cluster;

namespace MySqlHa.Guard;

/// <summary>What an agent does about its guard.</summary>
internal enum GuardCare
{
    None,
    Start,

    /// <summary>It lives and says nothing: it is killed, so that another can be started.</summary>
    Kill,
}

/// <summary>How an agent watches its guard, as a function of what it sees.</summary>
internal static class GuardWatch
{
    /// <param name="silence">For how long an order has gone unanswered; zero: none has.</param>
    /// <param name="lives">The process that gave the last sign runs.</param>
    /// <param name="own">The agent starts its guard itself; else a service manager does.</param>
    /// <param name="sinceStart">Since the agent started one.</param>
    public static GuardCare Care(TimeSpan silence, bool lives, bool own, TimeSpan sinceStart, Timing timing) =>
        lives ? silence > timing.Lease * 1.5 ? GuardCare.Kill : GuardCare.None
        : own && sinceStart > Patience(timing) ? GuardCare.Start : GuardCare.None;

    /// <summary>Whether this node counts as one without a guard.</summary>
    public static bool IsMissing(TimeSpan silence, Timing timing) => silence > timing.Unguarded;

    /// <summary>A program that was started has this long for its first sign before another is.</summary>
    private static TimeSpan Patience(Timing timing) => timing.Lease > TimeSpan.FromSeconds(2) ? timing.Lease : TimeSpan.FromSeconds(2);
}
