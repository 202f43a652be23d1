using System.Diagnostics;

namespace MySqlHa.Tests.Elections;

/// <summary>
/// A candidate that believes it leads: from the answer that told it so to the deadline that it set itself, by one monotonic clock.
/// </summary>
/// <param name="From">A timestamp of <see cref="Stopwatch"/>; so is <paramref name="Until"/>.</param>
internal sealed record Belief(string Service, string Candidate, long Term, long From, long Until);
