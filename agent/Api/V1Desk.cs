using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>Serves the operations of <see cref="V1"/>.</summary>
internal sealed class V1Desk(OperatorDoor door, EventsEndpoint events)
{
    public IClusterPort Port => door.Port;

    public EventsEndpoint Events => events;

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var operation in V1.All)
        {
            string[] methods = operation.Look is null ? [operation.Method] : Answers.Reading;
            _ = routes.MapMethods(operation.Path, methods, context => HandleAsync(context, operation))
                .WithMetadata(new NeedOf(operation.Need));
        }
    }

    /// <summary>The member that the path names, or a problem.</summary>
    public Task MemberAsync(HttpContext context, Func<MemberView, Task> answer) =>
        MemberWords.Find(Port.View, Named(context)) switch
        {
            ({ } member, _) => answer(member),
            var (_, why) => context.ProblemAsync(404, "no-such-member", PlainText.OneLine(why)),
        };

    private static string Named(HttpContext context) => context.Request.RouteValues["member"] as string ?? "";

    private Task HandleAsync(HttpContext context, V1Operation operation)
    {
        if (context.Request.Query.Keys.FirstOrDefault(k => operation.Query.All(q => q.Name != k)) is { } key)
        {
            var allowed = operation.Query.Count == 0 ? "none" : string.Join(", ", operation.Query.Select(q => q.Name));
            var detail = PlainText.OneLine($"{operation.Path} has no parameter '{key}'; allowed: {allowed}");
            return context.ProblemAsync(400, "bad-query", detail);
        }

        return operation.Look is { } look
            ? look(this, context)
            : door.HandleAsync(context, body => ReadAsync(context, operation, body), operation.AlwaysChanges);
    }

    /// <summary>Null: the path names nobody, which was answered.</summary>
    private async Task<OperatorRequest?> ReadAsync(HttpContext context, V1Operation operation, ReadOnlyMemory<byte> body)
    {
        var (view, member) = (Port.View, default(NodeId));
        if (operation.HasMember)
        {
            await MemberAsync(context, named =>
            {
                member = named.Id;
                return Task.CompletedTask;
            });
            if (context.Response.HasStarted)
            {
                return null;
            }
        }

        var known = operation.Body!;
        var whole = $"an object with properties of {string.Join(", ", known.Select(k => k.Name))}";
        return RequestBody.Read(body.IsEmpty ? "{}"u8.ToArray() : body, whole, root =>
        {
            RequestBody.Check(root, operation.Id, known);
            return operation.Ask!(new V1Asked(root, view, member));
        });
    }
}
