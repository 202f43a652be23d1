using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// All that the API knows of the node it belongs to: a picture to show and a place to bring requests to. Called from many threads.
/// </summary>
public interface IClusterPort
{
    /// <summary>The latest picture.</summary>
    ClusterView View { get; }

    /// <summary>
    /// What is left of this node's lease now, by the clock and not by the picture: a loop that hangs makes no new pictures, and
    /// <c>/leader</c> must not outlive the lease. Zero or negative: none.
    /// </summary>
    TimeSpan LeaseLeft { get; }

    /// <summary>
    /// How long ago the loop ended its last step, by the clock. One that lives has ended one since <see cref="View"/> was read, or less
    /// than 0.1 s before; one that hangs has not.
    /// </summary>
    TimeSpan SinceStep { get; }

    /// <summary>A lease's length.</summary>
    TimeSpan Lease { get; }

    /// <summary>What happened on this node and in the cluster.</summary>
    IEventSource Events { get; }

    /// <summary>
    /// Brings the request to who must act and waits for how it ends. Cancelled: nobody waits any more, the request itself may still be
    /// carried out.
    /// </summary>
    /// <param name="caller">Who asks.</param>
    Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, CancellationToken cancellation);
}
