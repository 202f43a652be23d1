using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>A member's mysqld, where a client's connection may go.</summary>
public sealed record RouteTarget(NodeId Node, string Name, string Host, int Port);

/// <summary>
/// Where the clients of a node's proxy go, as that node knows it. It is advice: what a server takes is decided by its own agent, so a
/// connection that went to the wrong one writes nothing.
/// </summary>
/// <param name="Epoch">The open one, in which connections to the leader live; 0: none, or its leader has stopped for a switchover.</param>
/// <param name="Writer">The leader of that epoch, which says that it is writable; null: not known now.</param>
/// <param name="Readers">Followers that new readers may go to.</param>
/// <param name="Serving">Every member whose mysqld answers clients: what readers have there, they keep.</param>
public sealed record ClientRoutes(
    long Epoch, RouteTarget? Writer, ImmutableArray<RouteTarget> Readers, ImmutableArray<NodeId> Serving)
{
    public static readonly ClientRoutes None = new(0, null, [], []);

    /// <summary>
    /// The leader of the open epoch while it is not known to be writable, but lets clients in: they may begin to log in there.
    /// </summary>
    public RouteTarget? Next { get; init; }

    /// <summary>
    /// Who takes over from the writer in a moment, in a switchover for which all is in place: who comes now logs in there, and some of
    /// the writer's clients are let go so that they do. Null: nobody is about to.
    /// </summary>
    public RouteTarget? Successor { get; init; }

    /// <summary>The epoch that the successor is to lead; 0: there is none.</summary>
    public long SuccessorEpoch { get; init; }

    public bool Equals(ClientRoutes? other) =>
        other is not null && Epoch == other.Epoch && Writer == other.Writer && Next == other.Next && Successor == other.Successor
        && SuccessorEpoch == other.SuccessorEpoch
        && Readers.SequenceEqual(other.Readers) && Serving.SequenceEqual(other.Serving);

    public override int GetHashCode() => HashCode.Combine(Epoch, Writer, Readers.Length, Serving.Length);
}
