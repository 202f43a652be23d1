using System.Collections.Immutable;
using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>Operators that change the cluster's configuration and restart mysqlds all through a run of random faults.</summary>
internal sealed class SettingsPlan(World world, int seed)
{
    private static readonly string[] Names = ["live_a", "live_b", "live_c", SimMysqld.AtStart + "a", SimMysqld.AtStart + "b"];

    // Of its own: the same faults befall a run with and without these operators' wishes.
    private readonly Random _random = new(seed);
    private long _calls = 5_000_000;

    public void Start() => Next();

    /// <summary>Some names are some nodes' own.</summary>
    public void DrawOwn()
    {
        foreach (var node in world.Nodes.Where(_ => _random.Next(4) == 0))
        {
            node.OwnSettings = [Names[_random.Next(Names.Length)]];
        }
    }

    private void Next() => world.After(_random.Next(100_000, 1_500_000), () =>
    {
        if (world.Healed)
        {
            return;
        }

        var at = world.Nodes[_random.Next(world.Nodes.Count)];
        if (Draw() is { } request)
        {
            world.Log(at, $"operator asks {RequestText.Of(request, n => $"n{world.Node(n).Number}")}");
            at.WhenAwake(SimProcess.Agent, () => at.StepIf(at.AgentLife, new OperatorCalled(_calls++, request, World.Operator)));
        }

        Next();
    });

    private OperatorRequest? Draw()
    {
        var known = world.Nodes.Select(n => n.Core).OfType<NodeCore>().MaxBy(c => c.AppliedIndex)?.State.Settings.Values;
        return _random.Next(8) switch
        {
            0 when known is { IsEmpty: false } => new ConfigRequest(0, null, [known.Keys.ElementAt(_random.Next(known.Count))], null, false),
            1 => new RestartRequest(0, world.Nodes[_random.Next(world.Nodes.Count)].Id),
            2 => new ConfigRequest(0, Some(1).SetItem("live_bad", "bad"), null, null, false),
            3 => _random.Next(5) == 0 ? new StopRollingRequest(0) : new RollingRequest(0, All: _random.Next(2) == 0, DryRun: false),
            _ => new ConfigRequest(0, Some(_random.Next(1, 3)), null, null, _random.Next(10) == 0),
        };
    }

    private ImmutableSortedDictionary<string, string> Some(int count) => Enumerable.Range(0, count)
        .Select(_ => Names[_random.Next(Names.Length)]).Distinct()
        .ToImmutableSortedDictionary(n => n, _ => _random.Next(1000).ToString(CultureInfo.InvariantCulture), StringComparer.Ordinal);
}
