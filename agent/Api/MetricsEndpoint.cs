using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace MySqlHa.Api;

/// <summary><c>/metrics</c> for Prometheus.</summary>
internal static class MetricsEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port) => _ = routes.MapMethods("/metrics", Answers.Reading, context =>
    {
        var leaseLeft = port.LeaseLeft;
        var text = Metrics.Of(port.View, leaseLeft, port.Lease);
        return context.BytesAsync(Encoding.UTF8.GetBytes(text), "text/plain; version=0.0.4; charset=utf-8");
    });
}
