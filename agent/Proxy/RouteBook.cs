using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

/// <summary>Which server a new client goes to, by the routes that one thread follows.</summary>
internal sealed class RouteBook(ServerLoads loads)
{
    public ClientRoutes Routes { get; set; } = ClientRoutes.None;

    /// <summary>
    /// To write: the leader. To read: a follower; the leader where there is none. Null: nobody now. Whoever it is counts one client more,
    /// until <see cref="Left"/>.
    /// </summary>
    /// <param name="refused">Who did not take it.</param>
    public RouteTarget? Join(bool readWrite, IReadOnlyCollection<NodeId> refused) =>
        (readWrite ? null : loads.JoinFewest(Routes.Readers, refused)) ?? Joined(Routes.Writer, refused);

    /// <summary>
    /// Where a client that is to write may begin to log in, as it cannot write yet anywhere; null: nowhere. It counts there.
    /// </summary>
    public RouteTarget? JoinEarly(bool readWrite, IReadOnlyCollection<NodeId> refused) =>
        readWrite && Routes.Writer is null ? Joined(Routes.Next, refused) : null;

    /// <summary>
    /// Where a client that is to write begins to log in, as who takes it now is about to stop; null: nobody is. It counts there.
    /// </summary>
    public RouteTarget? JoinSuccessor(bool readWrite, IReadOnlyCollection<NodeId> refused) =>
        readWrite ? Joined(Routes.Successor, refused) : null;

    public void Left(NodeId node) => loads.Leave(node);

    private RouteTarget? Joined(RouteTarget? target, IReadOnlyCollection<NodeId> refused)
    {
        if (target is null || refused.Contains(target.Node))
        {
            return null;
        }

        loads.Join(target.Node);
        return target;
    }
}
