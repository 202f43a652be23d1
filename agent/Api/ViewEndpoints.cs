using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// <c>/view</c>: everything this node knows, as its own command line reads it. <c>/history</c>: the epochs, oldest first.
/// </summary>
internal static class ViewEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port)
    {
        _ = routes.MapMethods("/view", Answers.Reading, context => context.JsonAsync(port.View, ViewJson.Default.ClusterView));
        _ = routes.MapMethods("/history", Answers.Reading, context =>
            context.JsonAsync(port.View.History, ViewJson.Default.ImmutableArrayEpochView));
    }
}
