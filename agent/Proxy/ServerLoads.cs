using System.Runtime.InteropServices;
using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>How many clients each server has from here, and who gets the next: for all threads of a proxy.</summary>
internal sealed class ServerLoads
{
    private readonly Lock _gate = new();
    private readonly Dictionary<NodeId, int> _clients = [];
    private int _turn;

    /// <summary>
    /// The follower with the fewest clients from here, by turns among equals; it has one more from now on. Null: there is none.
    /// </summary>
    /// <param name="refused">Who did not take it.</param>
    public RouteTarget? JoinFewest(IReadOnlyList<RouteTarget> readers, IReadOnlyCollection<NodeId> refused)
    {
        lock (_gate)
        {
            RouteTarget? best = null;
            var fewest = int.MaxValue;
            _turn++;
            for (var i = 0; i < readers.Count; i++)
            {
                var reader = readers[(i + (_turn & int.MaxValue)) % readers.Count];
                var clients = _clients.GetValueOrDefault(reader.Node);
                if (clients < fewest && !refused.Contains(reader.Node))
                {
                    (best, fewest) = (reader, clients);
                }
            }

            if (best is not null)
            {
                Add(best.Node);
            }

            return best;
        }
    }

    public void Join(NodeId node)
    {
        lock (_gate)
        {
            Add(node);
        }
    }

    public void Leave(NodeId node)
    {
        lock (_gate)
        {
            ref var clients = ref CollectionsMarshal.GetValueRefOrAddDefault(_clients, node, out _);
            if (--clients == 0)
            {
                _ = _clients.Remove(node);
            }
        }
    }

    private void Add(NodeId node) => CollectionsMarshal.GetValueRefOrAddDefault(_clients, node, out _)++;
}
