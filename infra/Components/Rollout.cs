using MySqlHa.Infra.Plan;
using Pulumi;
using Remote = Pulumi.Command.Remote;

namespace MySqlHa.Infra.Components;

/// <summary>
/// Brings all nodes to their releases, one at a time. A first round starts each node's release unless the node leads; a second round does
/// what is left, by switchover, and waits for every node. Who leads is only known when it runs, hence two rounds of all. A step that
/// fails stops what comes after it; the next up goes on there. A first installation is the same with nobody to hand over.
/// </summary>
public sealed class Rollout : ComponentResource
{
    public Rollout(string name, ClusterPlan plan, IReadOnlyList<Installation> installations, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:Rollout", name, options)
    {
        Resource[] before = [.. installations.SelectMany(i => i.Done)];
        foreach (var node in installations)
        {
            before = [node.Machine.Step("first-round", Steps.ActivateOnFollower(plan, node.Machine.Node, node.Release), this, before)];
        }

        foreach (var node in installations)
        {
            before = [node.Machine.Step("second-round", Steps.ActivateOnLeader(plan, node.Machine.Node, node.Release), this, before)];
        }

        var first = installations[0];
        Members = first.Machine.Step("members", Steps.Members(plan, first.Release.Version), this, before);
        Password = first.Machine.Secret("password", Shell.Runner, Steps.ReadPassword(plan), this, [Members]);
        RegisterOutputs();
    }

    /// <summary>The last step: as many nodes vote as planned, and only planned ones are members.</summary>
    public Remote.Command Members { get; }

    /// <summary>Secret: of the account for people and applications.</summary>
    public Output<string> Password { get; }
}
