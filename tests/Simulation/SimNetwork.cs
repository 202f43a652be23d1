using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>Which node's packets reach which, on the control plane (ring) and the data plane (3306) apart; each direction apart.</summary>
internal sealed class SimNetwork
{
    private readonly HashSet<(int From, int To)> _control = [];
    private readonly HashSet<(int From, int To)> _data = [];
    private readonly Dictionary<int, int> _delays = [];

    public bool ControlFlows(SimNode from, SimNode to) => !_control.Contains((from.Number, to.Number));

    /// <summary>A connection needs both directions.</summary>
    public bool DataFlows(SimNode a, SimNode b) => !_data.Contains((a.Number, b.Number)) && !_data.Contains((b.Number, a.Number));

    public void Cut(SimNode from, SimNode to, bool control, bool data)
    {
        _ = control && _control.Add((from.Number, to.Number));
        _ = data && _data.Add((from.Number, to.Number));
    }

    /// <summary>What control messages to a node take longer.</summary>
    public void Delay(SimNode to, TimeSpan time) => _delays[to.Number] = (int)time.TotalMicroseconds;

    public int DelayTo(SimNode node) => _delays.GetValueOrDefault(node.Number);

    /// <summary>Both ways.</summary>
    public void Mend(SimNode a, SimNode b, bool control, bool data)
    {
        foreach (var pair in new[] { (a.Number, b.Number), (b.Number, a.Number) })
        {
            _ = control && _control.Remove(pair);
            _ = data && _data.Remove(pair);
        }
    }

    public void Heal()
    {
        _control.Clear();
        _delays.Clear();
        _data.Clear();
    }

    /// <summary>Whether no message goes both ways between the node and any other.</summary>
    public bool IsAlone(SimNode node, IReadOnlyList<SimNode> all)
    {
        for (var i = 0; i < all.Count; i++)
        {
            if (all[i] != node && !all[i].Retired && ControlFlows(node, all[i]) && ControlFlows(all[i], node))
            {
                return false;
            }
        }

        return true;
    }
}
