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

    /// <summary>Whom nobody in the ring knows is looked at first: gossip alone would only stay without an answer.</summary>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, CancellationToken cancellation) =>
        request is AddRequest add && !loop.View.Standalone && loop.View.Members.All(m => m.Address.Host != add.Host || m.Address.RingPort != add.Port)
            && loop.Ring is { } ring
            ? await loop.AskAsync(request, caller, await ring.ProbeAsync(add.Host, add.Port, cancellation), cancellation)
            : await loop.AskAsync(request, caller, refused: null, cancellation);
}
