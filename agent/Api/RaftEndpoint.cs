using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary><c>/raft/status</c>: the consensus below the cluster, for whoever suspects it.</summary>
internal static class RaftEndpoint
{
    public static void Map(IEndpointRouteBuilder routes, IClusterPort port) =>
        _ = routes.MapMethods("/raft/status", Answers.Reading, context =>
            context.JsonAsync(RaftDocument.Of(port.View), ApiJson.Default.RaftDocument));
}

/// <param name="LeaderId">Raft's leader (the controller), which need not lead MySQL.</param>
internal sealed record RaftDocument(
    string MemberId,
    string Role,
    long Term,
    string? LeaderId,
    long CommitIndex,
    long AppliedIndex,
    int VotersExpected,
    IReadOnlyList<string> Voters)
{
    public static RaftDocument Of(ClusterView view) => new(
        view.Self.Hex,
        view.RaftRole,
        view.Term,
        view.Controller?.Hex,
        view.CommitIndex,
        view.AppliedIndex,
        view.VotersExpected,
        [.. view.Members.Where(m => m.Voter).Select(m => m.Id.Hex)]);
}
