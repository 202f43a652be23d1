using System.Globalization;

namespace MySqlHa.Infra.Plan;

/// <summary>
/// What is run on the machines, as text: for <see cref="Shell.Runner"/> where nothing else is said. Each can be run again at any time.
/// </summary>
public static class Steps
{
    /// <summary>
    /// A command. Makes an ssh key pair, on the machine that runs the stack: the private key's lines, then the public line.
    /// </summary>
    public static string NewSshKey(string comment) =>
        $"""
        set -eu; umask 077; d=$(mktemp -d); trap 'rm -rf "$d"' EXIT
        ssh-keygen -q -t ed25519 -N '' -C {Shell.Quoted(comment)} -f "$d/key" </dev/null >&2; cat "$d/key" "$d/key.pub"
        """.ReplaceLineEndings("\n");

    /// <summary>
    /// The machine can be reached and is one that fits; if it is a node of a running cluster already, it is back in it. The next machine
    /// is touched only then.
    /// </summary>
    public static string Reach(ClusterPlan plan, PlannedNode node) => Shell.Step(
        "reach",
        [
            .. Common(plan, node),
            ("KERNEL", plan.Settings.Architecture.Kernel),
            ("ARCHITECTURE", plan.Settings.Architecture.Name),
        ]);

    /// <summary>User, folders, data volume and the whole of it as file system, MySQL's programs.</summary>
    /// <param name="volume">Id of the data volume.</param>
    public static string Prepare(ClusterPlan plan, PlannedNode node, string volume) =>
        Shell.Step(
            "prepare", [.. Common(plan, node), ("VOLUME", volume), ("GB", Number(plan.Settings.DataGb)), ("DATA", Paths.Data)]);

    /// <summary>The agent unpacked and a release laid down beside the one that runs. Changes nothing of what runs.</summary>
    public static string Stage(ClusterPlan plan, PlannedNode node, Release release) => Shell.Step(
        "stage",
        [
            .. Common(plan, node),
            ("RELEASE", release.Id),
            ("MYSQLD", release.MysqldId),
            ("VERSION", release.Version),
            ("ARCHIVE", Paths.Upload(release.Version)),
            ("AGENT_YAML", release.AgentYaml),
            ("AGENT_UNIT", release.AgentUnit),
            ("GUARD_UNIT", release.GuardUnit),
            ("FENCE_UNIT", release.FenceUnit),
            ("FENCE", Shell.Script("fence")),
            ("HAND_OVER", Shell.Script("hand-over")),
        ]);

    /// <summary>A command. Prints a new ring key.</summary>
    public static string NewRingKey(ClusterPlan plan, string version) =>
        $"{Paths.Version(version)}/mysqlha ring new --name {plan.Settings.Group}";

    /// <summary>
    /// A command. Prints the ring key that a member has now, whoever gave it another; of a machine that is no node yet, the one that it
    /// takes from standard input.
    /// </summary>
    public static string CurrentRingKey() => Shell.Command("current-ring-key");

    /// <summary>A command. Takes the ring's key from standard input, for a machine that has none yet.</summary>
    public static string PutRingKey(PlannedNode node) => Shell.Command("ring-key", ("NODE", node.Name), ("ADDRESS", node.PrivateIp));

    /// <summary>First round: the release is activated here unless this node leads.</summary>
    public static string ActivateOnFollower(ClusterPlan plan, PlannedNode node, Release release) => Rollout(plan, node, release, "first");

    /// <summary>Second round: it is activated where it was not, by switchover; then the node is waited for.</summary>
    public static string ActivateOnLeader(ClusterPlan plan, PlannedNode node, Release release) => Rollout(plan, node, release, "last");

    /// <summary>
    /// Run on the first node: members that are in no plan any more leave before their machines go, and as many vote as planned.
    /// </summary>
    public static string Members(ClusterPlan plan, string version) => Shell.Step(
        "members",
        [
            .. Common(plan, plan.Nodes[0]),
            ("VERSION", version),
            ("VOTERS", Number(plan.Voters)),
            ("NAMES", string.Join(' ', plan.Nodes.Select(n => n.Name))),
        ]);

    /// <summary>Prints the password of the account for people and applications.</summary>
    public static string ReadPassword(ClusterPlan plan) => Shell.Step("password", [.. Common(plan, plan.Nodes[0]), ("DATA", Paths.Data)]);

    private static string Rollout(ClusterPlan plan, PlannedNode node, Release release, string round) => Shell.Step(
        "rollout",
        [
            .. Common(plan, node),
            ("RELEASE", release.Id),
            ("MYSQLD", release.MysqldId),
            ("VERSION", release.Version),
            ("ROUND", round),
        ]);

    private static IEnumerable<(string Name, string Value)> Common(ClusterPlan plan, PlannedNode node) =>
    [
        ("NODE", node.Name),
        ("ADDRESS", node.PrivateIp),
        ("SEEDS", string.Join(' ', plan.SeedsOf(node).Select(s => s.PrivateIp))),
        ("WAIT", Number(plan.Settings.WaitSeconds)),
    ];

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}
