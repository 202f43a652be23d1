using MySqlHa.Api;
using MySqlHa.Cluster;

namespace MySqlHa.Node;

/// <summary>What the API may do: look at the latest picture, and post an operator's request to the loop.</summary>
internal sealed class LoopPort(NodeLoop loop, Timing timing) : IClusterPort
{
    public ClusterView View => loop.View;

    public TimeSpan LeaseLeft => loop.LeaseLeft;

    public TimeSpan SinceStep => loop.SinceStep;

    public TimeSpan Lease => timing.Lease;

    public IEventSource Events => loop.Events;

    public Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, CancellationToken cancellation) =>
        loop.AskAsync(request, caller, cancellation);
}
