using System.Collections.Immutable;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary><c>/services</c> as Habitat has it: what this node runs (one service), and how its health is.</summary>
internal static class ServicesEndpoints
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port)
    {
        _ = routes.MapMethods("/services", Answers.Reading, context =>
            context.JsonAsync([ServiceDocument.Of(port.View)], ApiJson.Default.ServiceDocumentArray));
        _ = routes.MapMethods("/services/{service}/{group}", Answers.Reading, context => WithGroup(context, port, view =>
            context.JsonAsync(ServiceDocument.Of(view), ApiJson.Default.ServiceDocument)));
        _ = routes.MapMethods("/services/{service}/{group}/health", Answers.Checking, context => WithGroup(context, port, view =>
            context.JsonAsync(ServiceHealthDocument.Of(view), ApiJson.Default.ServiceHealthDocument, StatusOf(view))))
            .WithMetadata(new NeedOf(Need.Check));
    }

    private static Task WithGroup(HttpContext context, IClusterPort port, Func<ClusterView, Task> answer)
    {
        var view = port.View;
        var asked = $"{context.Request.RouteValues["service"]}.{context.Request.RouteValues["group"]}";
        return asked == view.ServiceGroup.ToString() ? answer(view)
            : view.Groups.FirstOrDefault(g => g.Group.ToString() == asked) is { } other
                ? context.ProblemAsync(404, "other-group", WhereOf(view, other))
            : context.ProblemAsync(404, "no-such-service", PlainText.OneLine($"This node runs {view.ServiceGroup}, not {asked}."));
    }

    private static string WhereOf(ClusterView view, GroupView other)
    {
        var member = other.Members.FirstOrDefault(m => m.Id == other.Leader)
            ?? other.Members.FirstOrDefault(m => m.Liveness == MemberLiveness.Alive);
        return $"This node runs {view.ServiceGroup}; " + (member is null
            ? $"of {other.Group}, which is of this ring, nobody is alive."
            : $"{other.Group} is of this ring: ask {member.Name} at {member.Address.Host}:{member.Address.HttpPort}.");
    }

    /// <summary>Habitat's own mapping.</summary>
    private static int StatusOf(ClusterView view) => view.Member(view.Self)?.Health switch
    {
        MemberHealth.Ok or MemberHealth.Warning => 200,
        MemberHealth.Critical => 503,
        _ => 500,
    };
}

/// <summary>The service of this node.</summary>
internal sealed record ServiceDocument
{
    public required string ServiceGroup { get; init; }
    public required CensusPackage Pkg { get; init; }
    public required string Topology { get; init; }
    public required string HealthCheck { get; init; }
    public required string LastElectionStatus { get; init; }
    public required ServiceProcess Process { get; init; }
    public required CensusSystem Sys { get; init; }
    public required CensusExports Cfg { get; init; }

    public static ServiceDocument Of(ClusterView view)
    {
        var me = view.Member(view.Self) ?? Unheard(view.Self);
        var member = Census.MemberOf(view, me);
        return new ServiceDocument
        {
            ServiceGroup = view.ServiceGroup.ToString(),
            Pkg = member.Pkg,
            Topology = view.Standalone ? "standalone" : "leader",
            HealthCheck = Words.Of(me.Health),
            LastElectionStatus = Words.OfHabitat(view.Election),
            Process = new ServiceProcess(me.MysqldPid == 0 ? null : me.MysqldPid, me.Mysqld == MysqldState.Running ? "up" : "down"),
            Sys = member.Sys,
            Cfg = member.Cfg,
        };
    }

    /// <summary>This node before it is a member of anything.</summary>
    private static MemberView Unheard(NodeId self) => new()
    {
        Number = 0,
        Id = self,
        Name = "",
        Address = new NodeAddress(""),
        Liveness = MemberLiveness.Alive,
        Voter = false,
    };
}

internal sealed record ServiceProcess(int? Pid, string State);

/// <summary>Habitat's answer of a health check: a word in capitals and what the check printed.</summary>
internal sealed record ServiceHealthDocument(string Status, string Stdout, string Stderr, ImmutableArray<ReasonDocument> Reasons)
{
    public static ServiceHealthDocument Of(ClusterView view)
    {
        var me = view.Member(view.Self);
        var problems = me?.Problems ?? [];
        return new ServiceHealthDocument(
            (me?.Health ?? MemberHealth.Unknown).ToString().ToUpperInvariant(),
            string.Concat(problems.Select(p => p.Text + "\n")),
            "",
            ReasonDocument.Of(problems));
    }
}
