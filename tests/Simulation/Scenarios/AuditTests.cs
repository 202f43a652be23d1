using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Tests.Failover;
using Xunit;

namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>Who asked for what is in the log before what is done for it.</summary>
public sealed class AuditTests
{
    [Fact]
    public void A_request_is_told_by_every_node_before_what_it_changes()
    {
        var script = Founded();
        script.Ask(script.Controller!, new PauseRequest(0, Paused: true));
        script.Until("all are paused, and know the outcome", () => All(script).All(n =>
        {
            var state = n.Core!.State;
            Assert.True(!state.Paused || state.Audit is [{ Request: "pause" }], "paused, and nobody asked for it");
            return state is { Paused: true, Audit: [{ Answer: not null }] };
        }));
        foreach (var entry in All(script).Select(n => n.Core!.State.Audit[0]))
        {
            Assert.Equal((1, "anna", "admin", "10.9.9.9"), (entry.Number, entry.Caller.Name, entry.Caller.Role, entry.Caller.From));
            Assert.Equal((OperatorOutcome.Done, "paused"), (entry.Answer!.Outcome, entry.Answer.Reason.Code));
        }

        var view = script[1].Core!.View(script.World.Now);
        Assert.Equal(("anna", "pause", OperatorOutcome.Done), (view.Audit[0].Who, view.Audit[0].Request, view.Audit[0].Outcome));
    }

    [Fact]
    public void What_is_refused_is_told_too_and_what_only_looks_is_not()
    {
        var script = Founded();
        script.Ask(script.Controller!, new DrillRequest(0, DryRun: true));
        script.Ask(script.Controller!, new SwitchoverCheckRequest(0, null));
        script.Ask(script.Controller!, new FailoverRequest(0, null, AcceptDataLoss: true));
        script.Until("all know of it", () => All(script).All(n => n.Core!.State.Audit.Length > 0));
        script.For(1);
        var entry = Assert.Single(script[2].Core!.State.Audit);
        Assert.Equal(("failover, data loss accepted", "no-target"), (entry.Request, entry.Answer!.Reason.Code));
    }

    [Fact]
    public void What_a_node_does_without_the_controller_is_told_too()
    {
        var script = Founded();
        var follower = All(script).First(n => n != script.Controller && !script.Leads(n, 1));
        script.Ask(script.Controller!, new ReinitRequest(0, follower.Id));
        script.Until("all know of it", () => All(script).All(n => n.Core!.State.Audit is [{ Answer.Outcome: OperatorOutcome.Done }]));
        Assert.StartsWith("reinit ", script.Controller!.Core!.State.Audit[0].Request, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_the_node_refuses_that_was_asked_is_told_too(bool atController)
    {
        var script = Founded();
        var asked = atController ? script.Controller! : All(script).First(n => n != script.Controller);
        var why = new Reason("no-answer", "nobody answers there");
        asked.Step(new OperatorCalled(7, new AddRequest(0, "10.9.9.8", 9638, null), World.Operator, why));
        script.Until("all know of it", () => All(script).All(n => n.Core!.State.Audit.Length > 0));
        var entry = Assert.Single(script[2].Core!.State.Audit);
        Assert.Equal((asked.Id, "anna", why), (entry.Via, entry.Caller.Name, entry.Answer!.Reason));
        Assert.StartsWith("add ", entry.Request, StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_kept_as_long_as_a_member_could_not_read_it()
    {
        var script = Founded();
        script.World.Wire = frame => frame is ReportFrame report
            ? new ReportFrame(report.Report with { Understands = MemberReport.Wishes })
            : frame;
        script.For(2);
        script.Ask(script.Controller!, new PauseRequest(0, Paused: true));
        script.Until("all are paused", () => All(script).All(n => n.Core!.State.Paused));
        Assert.All(All(script), n => Assert.Empty(n.Core!.State.Audit));
    }

    [Fact]
    public void The_last_two_hundred_are_kept_each_short_and_numbers_go_on()
    {
        var state = ThreeNodes.Founded;
        for (var call = 1; call <= 250; call++)
        {
            state = state.Apply(new NoteRequest(Entry(call)));
            state = state.Apply(new NoteAnswer(
                ThreeNodes.A, call, call, new OperatorAnswer(OperatorOutcome.Refused, new Reason("c", new string('x', 2000)))));
        }

        Assert.Equal(ClusterState.AuditLimit, state.Audit.Length);
        Assert.Equal((51, 250), (state.Audit[0].Number, state.Audit[^1].Number));
        Assert.All(state.Audit, e => Assert.InRange(e.Answer!.Reason.Text.Length, 1, 400));
        Assert.InRange(JsonSerializer.SerializeToUtf8Bytes(state, FailoverJson.Default.ClusterState).Length, 0, 200_000);
        var late = new NoteAnswer(ThreeNodes.A, 3, 3, new OperatorAnswer(OperatorOutcome.Done, new Reason("c", "")));
        Assert.Equal(state.Audit, state.Apply(late).Audit);
    }

    [Fact]
    public void What_an_older_agent_wrote_or_sent_is_read()
    {
        var state = ThreeNodes.Founded.Apply(new NoteRequest(Entry(1)));
        var json = JsonNode.Parse(JsonSerializer.Serialize(state, FailoverJson.Default.ClusterState))!;
        Assert.Equal([.. state.Audit], JsonSerializer.Deserialize(json.ToJsonString(), FailoverJson.Default.ClusterState)!.Audit.ToArray());
        Assert.True(json.AsObject().Remove("audit"));
        var older = JsonSerializer.Deserialize(json.ToJsonString(), FailoverJson.Default.ClusterState)!;
        Assert.Empty(older.Audit);
        Assert.Single(older.Apply(new NoteRequest(Entry(1))).Audit);

        byte[] ask = [3, .. Encoding.UTF8.GetBytes("""{"t":"operator-ask","callId":7,"request":{"verb":"pause","paused":true}}""")];
        Assert.Null(Assert.IsType<OperatorAsk>(PeerCodec.Decode(ask)).Caller);
        var asked = new OperatorAsk(7, new PauseRequest(0, true), new Caller("anna", "admin", "::1"));
        Assert.Equal(asked, PeerCodec.Decode(PeerCodec.Encode(asked)));
        var frame = new AuditFrame(Entry(3).With(new OperatorAnswer(OperatorOutcome.Done, new Reason("a", "b"))));
        Assert.Equal(frame, PeerCodec.Decode(PeerCodec.Encode(frame)));
    }

    private static AuditEntry Entry(long call) => new(ThreeNodes.A, call, call, new Caller("anna", "admin", "10.0.0.1"), "pause");

    private static IEnumerable<SimNode> All(Script script) => script.World.Nodes;

    private static Script Founded()
    {
        var script = new Script(3, 1, mutation: null, verbose: false);
        script.Found();
        return script;
    }
}
