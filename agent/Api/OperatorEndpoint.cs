using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary><c>POST /operator</c>: the command line's path, with the verb in the body. <c>/v1</c> leads through the same door.</summary>
internal static class OperatorEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, OperatorDoor door) => _ = routes
        .MapMethods("/operator", [HttpMethods.Post], context => door.HandleAsync(context, ReadAsync))
        .WithMetadata(new NeedOf(Need.Judged));

    private static Task<OperatorRequest?> ReadAsync(ReadOnlyMemory<byte> body) => Task.FromResult<OperatorRequest?>(OperatorBody.Read(body));
}
