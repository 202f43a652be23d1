using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>Links that lose, double, delay and reorder, each way on its own.</summary>
internal sealed class SimulatedNetwork(SwarmWeights weights, Random random)
{
    private readonly HashSet<(NodeId From, NodeId To)> _cut = [];
    private readonly Dictionary<(NodeId, NodeId), long> _lastArrival = [];

    public bool Calm { get; set; }

    public void Cut(NodeId from, NodeId to) => _cut.Add((from, to));

    public void HealAll() => _cut.Clear();

    public bool IsCut(NodeId from, NodeId to) => _cut.Contains((from, to));

    /// <summary>When copies of a message that leaves now arrive; none where it is lost.</summary>
    public IEnumerable<long> Arrivals(long now, NodeId from, NodeId to)
    {
        if (IsCut(from, to) || (!Calm && random.NextDouble() < weights.Loss))
        {
            yield break;
        }

        var copies = !Calm && random.NextDouble() < weights.Duplicates ? 2 : 1;
        for (var i = 0; i < copies; i++)
        {
            yield return Arrival(now, from, to);
        }
    }

    private long Arrival(long now, NodeId from, NodeId to)
    {
        if (Calm)
        {
            return now + random.Next(100, 1_000);
        }

        var delay = random.NextInt64(50, weights.MaxDelay);
        if (random.NextDouble() < weights.Stragglers)
        {
            delay += random.NextInt64(500_000);
        }

        var at = now + delay;
        if (weights.InOrder)
        {
            at = Math.Max(at, _lastArrival.GetValueOrDefault((from, to)) + 1);
            _lastArrival[(from, to)] = at;
        }

        return at;
    }
}
