using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>All that there is under <c>/v1</c>. Published paths and names never change.</summary>
internal static class V1
{
    private static readonly BodyProperty Seen = BodyProperty.SeenEpoch;
    private static readonly BodyProperty DryRun = BodyProperty.Flag("dryRun");
    private static readonly BodyProperty Count =
        BodyProperty.Count with { Fits = e => e.ValueKind == JsonValueKind.Number && e.TryGetInt32(out var count) && count is 3 or 5 or 7 };
    private static readonly Dictionary<int, string> NoMember = new() { [404] = "no-such-member: no member is named so, or more than one" };

    public static readonly ImmutableArray<V1Operation> All =
    [
        Looks("getCluster", "/v1/cluster", "Everything this node knows of the cluster", nameof(ClusterView), "status",
            (desk, context) => context.JsonAsync(desk.Port.View, ViewJson.Default.ClusterView)),
        Looks("listMembers", "/v1/members", "The members", nameof(MemberView) + "[]", "census",
            (desk, context) => context.JsonAsync(desk.Port.View.Members, ViewJson.Default.ImmutableArrayMemberView)),
        Looks("getMember", "/v1/members/{member}", "One member", nameof(MemberView), "role",
            (desk, context) => desk.MemberAsync(context, member => context.JsonAsync(member, ViewJson.Default.MemberView)))
            with { Problems = NoMember },
        Looks("listServices", "/v1/services", "The service groups of the ring, as gossip tells of them", nameof(GroupView) + "[]",
            "services", (desk, context) => context.JsonAsync(desk.Port.View.Groups, ViewJson.Default.ImmutableArrayGroupView)),
        Looks("getHistory", "/v1/history", "The epochs, oldest first: who led when, and why it changed", nameof(EpochView) + "[]",
            "history", (desk, context) => context.JsonAsync(desk.Port.View.History, ViewJson.Default.ImmutableArrayEpochView)),
        Looks("getExplanation", "/v1/explain", "Who leads and why, and what would be if the leader were lost now", nameof(Explanation),
            "explain", ExplainEndpoint.AnswerAsync)
            with
            {
                AlsoAs = ["text/plain"],
                Problems = new Dictionary<int, string> { [503] = "not-founded: this node is in no cluster yet" },
            },
        Looks("getAudit", "/v1/audit", "What operators asked for, oldest first: who, when, from where, and what came of it",
            nameof(AuditView) + "[]", "history",
            (desk, context) => context.JsonAsync(desk.Port.View.Audit, ViewJson.Default.ImmutableArrayAuditView)),
        Looks("getConfig", "/v1/config", "The settings of mysqld that all nodes have, and how far each follows them",
            nameof(ConfigurationView), "config",
            (desk, context) => context.JsonAsync(desk.Port.View.Configuration ?? new ConfigurationView(), ViewJson.Default.ConfigurationView)),
        Looks("getRollingRestart", "/v1/restart", "The rolling restart under way, or the last one: its steps, and how it ended",
            nameof(RollingView), "restart --rolling",
            (desk, context) => context.JsonAsync(desk.Port.View.Rolling ?? new RollingView(), ViewJson.Default.RollingView)),
        Looks("getEvents", "/v1/events", "What happened, as this node learned of it: those that are kept, or a stream without end",
            nameof(ClusterEvent) + "[]", null, (desk, context) => desk.Events.AnswerAsync(context))
            with
            {
                Query =
                [
                    new V1Parameter("after", "Only those with a greater id; a stream is resumed by the header Last-Event-ID alike",
                        """{"type":"integer","minimum":0}"""),
                ],
                AlsoAs = [EventsEndpoint.Stream],
                Problems = new Dictionary<int, string> { [503] = "too-many-streams: as many are open as this node serves" },
            },
        Looks("getOpenApi", "/v1/openapi.json", "This document", null, null,
            (_, context) => context.BytesAsync(OpenApiDocument.Bytes, "application/json; charset=utf-8"))
            with { Need = Need.Nothing },
        Asks("switchover", HttpMethods.Post, "/v1/switchover", "Changes the leader as planned, now or at a time; nothing is lost",
            "switchover",
            a => (a.At ?? (object?)a.InMilliseconds) is null
                ? a.DryRun ? new SwitchoverCheckRequest(a.SeenEpoch, a.To) : new SwitchoverRequest(a.SeenEpoch, a.To)
                : a.At is null || a.InMilliseconds is null
                    ? new PlanSwitchoverRequest(a.SeenEpoch, a.To, a.At, a.InMilliseconds, a.DryRun)
                    : throw new FormatException("a planned switchover needs one of the properties 'at' and 'inMilliseconds', and not both"),
            BodyProperty.ToMember, BodyProperty.At, BodyProperty.InMilliseconds, DryRun),
        Asks("cancelSwitchover", HttpMethods.Delete, "/v1/switchover",
            "Drops the switchover that is under way and not past its flip, else the planned one", "switchover --cancel",
            a => new CancelSwitchoverRequest(a.SeenEpoch)),
        Asks("failover", HttpMethods.Post, "/v1/failover", "Gives up the leader now, for when it is known to be lost", "failover",
            a => new FailoverRequest(a.SeenEpoch, a.To, a.AcceptDataLoss), BodyProperty.ToMember, BodyProperty.Flag("acceptDataLoss")),
        Asks("stepDown", HttpMethods.Post, "/v1/step-down", "The leader hands over to whoever is best", "step-down",
            a => new StepDownRequest(a.SeenEpoch)),
        Asks("pause", HttpMethods.Put, "/v1/pause", "No automatic failover until it is resumed", "pause",
            a => new PauseRequest(a.SeenEpoch, Paused: true)),
        Asks("resume", HttpMethods.Delete, "/v1/pause", "Automatic failover again", "resume",
            a => new PauseRequest(a.SeenEpoch, Paused: false)),
        Asks("reinitMember", HttpMethods.Post, "/v1/members/{member}/reinit", "Throws a follower's data away and clones it anew", "reinit",
            a => new ReinitRequest(a.SeenEpoch, a.Member)),
        Asks("addMember", HttpMethods.Post, "/v1/members", "Takes in a node whose agent runs with the ring's key and knows no peer", "add",
            a => new AddRequest(a.SeenEpoch, a.Address.Address.ToString(), a.Address.Port, a.VotesOrNot),
            BodyProperty.Address, BodyProperty.VotesOrNot),
        Asks("setVote", HttpMethods.Put, "/v1/members/{member}/vote", "Whether a member shall vote; how many do stays as it is", "add --voter",
            a => new VotingRequest(a.SeenEpoch, a.Member, a.Votes), BodyProperty.Votes),
        Asks("removeMember", HttpMethods.Delete, "/v1/members/{member}", "Takes a member out for good; its data is left alone", "remove",
            a => new RemoveRequest(a.SeenEpoch, a.Member, a.DryRun), DryRun),
        Asks("beginMaintenance", HttpMethods.Put, "/v1/members/{member}/maintenance",
            "Operators work on a node for a while; it hands over first if it leads", "maintenance",
            a => new MaintenanceRequest(a.SeenEpoch, a.Member, a.ForMilliseconds, a.Reason),
            BodyProperty.ForMilliseconds, BodyProperty.Reason),
        Asks("endMaintenance", HttpMethods.Delete, "/v1/members/{member}/maintenance", "The maintenance is over", "maintenance --end",
            a => new MaintenanceRequest(a.SeenEpoch, a.Member, null, null)),
        Asks("setVoters", HttpMethods.Put, "/v1/voters", "How many members vote", "voters",
            a => new VotersRequest(a.SeenEpoch, a.Count), Count),
        Asks("changeConfig", HttpMethods.Patch, "/v1/config",
            "Sets and unsets settings of mysqld on all nodes: live where that can be, else from each mysqld's next start on", "config set",
            a => new ConfigRequest(a.SeenEpoch, a.Set, a.Unset, a.IfVersion, a.DryRun),
            BodyProperty.Set, BodyProperty.Unset, BodyProperty.IfVersion, DryRun),
        Asks("restartMember", HttpMethods.Post, "/v1/members/{member}/restart", "Restarts the mysqld of a follower; the leader's only where nobody else can lead", "restart",
            a => new RestartRequest(a.SeenEpoch, a.Member, a.InterruptWrites), BodyProperty.Flag("interruptWrites")),
        Asks("rollingRestart", HttpMethods.Post, "/v1/restart",
            "Begins a rolling restart: one mysqld after another, the leader's last, behind a switchover", "restart --rolling",
            a => new RollingRequest(a.SeenEpoch, a.All, a.DryRun), BodyProperty.Flag("all"), DryRun),
        Asks("cancelRollingRestart", HttpMethods.Delete, "/v1/restart", "Ends the rolling restart behind the step under way",
            "restart --rolling --cancel", a => new StopRollingRequest(a.SeenEpoch)),
        Asks("drill", HttpMethods.Post, "/v1/drill", "A failover on purpose: the leader's mysqld is killed", "drill",
            a => new DrillRequest(a.SeenEpoch, a.DryRun), DryRun),
    ];

    private static V1Operation Looks(
        string id, string path, string summary, string? answer, string? command, Func<V1Desk, HttpContext, Task> look) => new()
    {
        Id = id,
        Method = HttpMethods.Get,
        Path = path,
        Summary = summary,
        Answer = answer,
        Command = command,
        Look = look,
    };

    private static V1Operation Asks(
        string id,
        string method,
        string path,
        string summary,
        string command,
        Func<V1Asked, OperatorRequest> ask,
        params BodyProperty[] body)
    {
        var operation = new V1Operation
        {
            Id = id,
            Method = method,
            Path = path,
            Summary = summary,
            Command = command,
            Need = Need.Judged,
            Answer = nameof(OperatorAnswer),
            Body = [Seen, .. body],
            Ask = ask,
        };
        return operation.HasMember ? operation with { Problems = NoMember } : operation;
    }
}
