using System.Diagnostics;

namespace MySqlHa.Tests.Elections;

/// <summary>Judges beliefs, and knows nothing of procedures, rows or clocks of servers.</summary>
internal static class BeliefCheck
{
    /// <summary>Everything that must not be, one sentence each.</summary>
    public static IReadOnlyList<string> Violations(IEnumerable<Belief> beliefs)
    {
        var violations = new List<string>();
        foreach (var service in beliefs.Where(b => b.Until > b.From).GroupBy(b => b.Service))
        {
            Belief? latest = null; // of those before, the one that ends last
            foreach (var belief in service.OrderBy(b => b.From).ThenBy(b => b.Until))
            {
                if (latest is not null)
                {
                    if (belief.Candidate != latest.Candidate && belief.From < latest.Until)
                    {
                        var both = Stopwatch.GetElapsedTime(belief.From, Math.Min(belief.Until, latest.Until)).TotalMilliseconds;
                        violations.Add($"{service.Key}: {latest.Candidate} (term {latest.Term}) and "
                            + $"{belief.Candidate} (term {belief.Term}) both believed for {both:0.0} ms");
                    }

                    if (belief.Candidate != latest.Candidate ? belief.Term <= latest.Term : belief.Term < latest.Term)
                    {
                        violations.Add($"{service.Key}: term {latest.Term} of {latest.Candidate}, and behind it "
                            + $"term {belief.Term} of {belief.Candidate}");
                    }
                }

                latest = latest is null || belief.Until > latest.Until ? belief : latest;
            }

            violations.AddRange(service.GroupBy(b => b.Term).Where(t => t.Select(b => b.Candidate).Distinct().Count() > 1)
                .Select(t => $"{service.Key}: term {t.Key} was {string.Join("'s and ", t.Select(b => b.Candidate).Distinct())}'s"));
        }

        return violations;
    }
}
