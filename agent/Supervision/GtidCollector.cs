using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>Gathers identifiers one by one as they stand in a log: many, and nearly always the next number of the same source.</summary>
internal sealed class GtidCollector
{
    private readonly Dictionary<string, List<GtidInterval>> _sources = [];

    public void Add(string source, long number)
    {
        if (!_sources.TryGetValue(source, out var intervals))
        {
            _sources[source] = intervals = [];
        }

        if (intervals.Count > 0 && intervals[^1].Last == number - 1)
        {
            intervals[^1] = intervals[^1] with { Last = number };
        }
        else
        {
            intervals.Add(new GtidInterval(number, number));
        }
    }

    public GtidSet ToSet() => _sources.Aggregate(GtidSet.Empty, (set, source) => set.Union(GtidSet.Of(source.Key, source.Value)));
}
