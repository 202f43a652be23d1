using System.Text.Json.Nodes;
using MySqlHa.Machines.Engine;
using MySqlHa.Machines.Hosts;
using MySqlHa.Tests.Infra;
using Xunit;
using StackRun = MySqlHa.Tests.Infra.StackRun;

namespace MySqlHa.Tests.Engine;

/// <summary>What the stack on machines makes, and what it only writes down.</summary>
[Collection(PulumiCollection.Name)]
public sealed class ProvidersTests
{
    [Fact]
    public async Task Every_resource_of_a_stack_with_all_its_options_has_a_provider()
    {
        var run = await StackRun.OfAsync(
            new Dictionary<string, string> { ["loadBalancer"] = "internal", ["clientsFrom"] = """["10.9.0.0/16"]""" });
        var (place, log) = (new MachinePlace(Path.GetTempPath()), new EngineLog(TextWriter.Null));
        var able = Providers.All(place, root: "", network: "10.20.0.0/16", new Dictionary<string, MachineFault>(), log);
        var made = run.Resources.Select(r => r.Type).Where(type => !type.StartsWith("mysqlha:", StringComparison.Ordinal));
        Assert.Empty(made.Distinct().Except(able.Keys));
    }

    [Fact]
    public async Task A_load_balancer_that_is_only_written_down_has_a_name_at_which_nobody_answers()
    {
        var state = new StateFile(Path.Combine(Path.GetTempPath(), $"mha-{Guid.NewGuid():N}.json"));
        var provider = new RecordedProvider("aws:lb/loadBalancer:LoadBalancer");
        var (id, outputs) = await provider.CreateAsync("b", new JsonObject(), state, default);
        Assert.StartsWith("arn:aws:elasticloadbalancing:", id, StringComparison.Ordinal);
        Assert.Equal((id, "b.invalid"), ((string?)outputs["arn"], (string?)outputs["dnsName"]));
    }
}
