using MySqlHa.Infra.Plan;
using Pulumi;
using Remote = Pulumi.Command.Remote;

namespace MySqlHa.Infra.Components;

/// <summary>
/// Everything that a node needs laid down on its machine: MySQL's programs, the agent, its release, the ring's key. Nothing that runs is
/// touched.
/// </summary>
public sealed class Installation : ComponentResource
{
    private readonly ClusterPlan _plan;
    private readonly List<Resource> _steps = [];

    public Installation(
        NodeMachine machine, ClusterPlan plan, Release release, Input<AssetOrArchive> agent, ComponentResourceOptions? options = null)
        : base("mysqlha:infra:Installation", $"{machine.Node.Name}-installation", options)
    {
        _plan = plan;
        Machine = machine;
        Release = release;
        var prepared = machine.Step("prepare", machine.VolumeId.Apply(id => Steps.Prepare(plan, machine.Node, id)), this, []);
        var copied = machine.Copy("agent", agent, release.Version, Paths.Upload(release.Version), this, [prepared]);
        Staged = machine.Step("stage", Steps.Stage(plan, machine.Node, release), this, [copied]);
        _steps.Add(Staged);
        RegisterOutputs();
    }

    public NodeMachine Machine { get; }

    public Release Release { get; }

    /// <summary>The agent is there and can be run.</summary>
    public Remote.Command Staged { get; }

    /// <summary>All that has to be there before the agent starts.</summary>
    public IReadOnlyList<Resource> Done => _steps;

    /// <summary>A new key for the ring, made by the agent itself.</summary>
    public Output<string> NewRingKey() => Machine.Secret(
        "ring-key", Steps.NewRingKey(_plan, Release.Version), null, this, [Staged], _plan.Settings.ProtectData);

    /// <summary>
    /// By standard input: in no argument, no environment and no file that others can read. A machine gets it once: from then on its agent
    /// goes along with the ring.
    /// </summary>
    public void PutRingKey(Output<string> key) =>
        _steps.Add(Machine.Run("ring-key", Steps.PutRingKey(Machine.Node), key, this, [Staged], once: true));
}
