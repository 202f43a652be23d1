using System.Runtime.InteropServices;
using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>Which server a new client goes to. Knows the routes and how many clients each server has from here.</summary>
internal sealed class RouteBook
{
    private readonly Dictionary<NodeId, int> _clients = [];
    private int _turn;

    public ClientRoutes Routes { get; set; } = ClientRoutes.None;

    /// <summary>
    /// To write: the leader. To read: the follower with the fewest clients from here, by turns among equals; the leader where there is
    /// none. Null: nobody now.
    /// </summary>
    /// <param name="refused">Who did not take it.</param>
    public RouteTarget? Choose(bool readWrite, IReadOnlyCollection<NodeId> refused)
    {
        RouteTarget? best = null;
        if (!readWrite)
        {
            var (readers, fewest) = (Routes.Readers, int.MaxValue);
            _turn++;
            for (var i = 0; i < readers.Length; i++)
            {
                var reader = readers[(i + _turn) % readers.Length];
                var clients = _clients.GetValueOrDefault(reader.Node);
                if (clients < fewest && !refused.Contains(reader.Node))
                {
                    (best, fewest) = (reader, clients);
                }
            }
        }

        return best ?? (Routes.Writer is { } writer && !refused.Contains(writer.Node) ? writer : null);
    }

    /// <summary>Where a client that is to write may begin to log in, as it cannot write yet anywhere; null: nowhere.</summary>
    public RouteTarget? ChooseEarly(bool readWrite, IReadOnlyCollection<NodeId> refused) =>
        readWrite && Routes is { Writer: null, Next: { } next } && !refused.Contains(next.Node) ? next : null;

    public void Joined(NodeId node) => CollectionsMarshal.GetValueRefOrAddDefault(_clients, node, out _)++;

    public void Left(NodeId node)
    {
        ref var clients = ref CollectionsMarshal.GetValueRefOrAddDefault(_clients, node, out _);
        if (--clients == 0)
        {
            _ = _clients.Remove(node);
        }
    }
}
