using System.Globalization;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Something bad that is done to a whole cluster; what it leaves dead, frozen or cut off is mended after it.</summary>
/// <param name="Strike">With the leader's number and those of its followers.</param>
/// <param name="Cuts">It cuts the network, which only root can.</param>
/// <param name="Ends">Nobody is left who could go on until it is mended.</param>
public sealed record Blow(string Name, Func<int, int[], Task> Strike, bool Cuts = false, bool Ends = false)
{
    public static readonly IReadOnlyList<Blow> All =
    [
        new("the leader's mysqld is killed", (leader, _) => KillAsync(leader, "--mysqld")),
        new("the leader's agent is killed", (leader, _) => KillAsync(leader, "--agent")),
        new("the leader's guard is killed", (leader, _) => KillAsync(leader, "--guard")),
        new("the leader's node is killed", (leader, _) => KillAsync(leader, "--machine")),
        new("the leader's mysqld is frozen", (leader, _) => KillAsync(leader, "--mysqld", "--freeze")),
        new("the leader's agent is frozen", (leader, _) => KillAsync(leader, "--agent", "--freeze")),
        new("the leader's node is frozen", (leader, _) => KillAsync(leader, "--machine", "--freeze")),
        new("a follower's mysqld is killed", (_, followers) => KillAsync(followers[0], "--mysqld")),
        new("a follower's agent is killed", (_, followers) => KillAsync(followers[0], "--agent")),
        new("a follower's node is killed", (_, followers) => KillAsync(followers[0], "--machine")),
        new("a follower's mysqld is frozen", (_, followers) => KillAsync(followers[0], "--mysqld", "--freeze")),
        new("a follower's node is frozen", (_, followers) => KillAsync(followers[0], "--machine", "--freeze")),
        new("the mysqlds of the leader and a follower are killed together", (leader, followers) =>
            Task.WhenAll(KillAsync(leader, "--mysqld"), KillAsync(followers[0], "--mysqld"))),
        new("the mysqlds of both followers are killed together", (_, followers) =>
            Task.WhenAll(followers.Select(follower => KillAsync(follower, "--mysqld")))),
        new("all mysqlds are killed together", (leader, followers) =>
            Task.WhenAll(followers.Append(leader).Select(node => KillAsync(node, "--mysqld")))),
        new("all agents are killed together", (leader, followers) =>
            Task.WhenAll(followers.Append(leader).Select(node => KillAsync(node, "--agent"))), Ends: true),
        new("all nodes are killed together", (leader, followers) =>
            Task.WhenAll(followers.Append(leader).Select(node => KillAsync(node, "--machine"))), Ends: true),
        new("the agent of the leader restarts", (leader, _) => SandboxCluster.RunAsync("restart", Text(leader))),
        new("a switchover", (_, followers) => SandboxCluster.RunAsync("switchover", Text(followers[0]))),
        new("the target of a switchover is killed in the middle of it", (_, followers) =>
            Task.WhenAll(SandboxCluster.TryAsync("switchover", Text(followers[0])), KillAsync(followers[0], "--mysqld"))),
        new("the leader is killed in the middle of a switchover", (leader, followers) =>
            Task.WhenAll(SandboxCluster.TryAsync("switchover", Text(followers[0])), KillAsync(leader, "--mysqld"))),
        new("the leader is killed, started, and killed again while it comes back", async (leader, _) =>
        {
            await KillAsync(leader, "--machine");
            await SandboxCluster.RunAsync("start", Text(leader));
            await KillAsync(leader, "--machine");
        }),
        new("a follower is killed while it is made anew", async (_, followers) =>
        {
            await SandboxCluster.RunAsync("reinit", Text(followers[0]));
            await KillAsync(followers[0], "--machine");
        }),
        new("the leader is killed while a follower is made anew", async (leader, followers) =>
        {
            await SandboxCluster.RunAsync("reinit", Text(followers[0]));
            await KillAsync(leader, "--mysqld");
        }),
        new("the leader is cut off", (leader, _) => SandboxCluster.RunAsync("partition", Text(leader)), Cuts: true),
        new("the leader is cut off from clients too", (leader, _) =>
            SandboxCluster.RunAsync("partition", Text(leader), "--from-clients"), Cuts: true),
        new("a follower is cut off", (_, followers) => SandboxCluster.RunAsync("partition", Text(followers[0])), Cuts: true),
        new("a link flaps", async (leader, _) =>
        {
            for (var times = 0; times < 4; times++)
            {
                await SandboxCluster.RunAsync("partition", Text(leader));
                await SandboxCluster.RunAsync("heal");
            }
        }, Cuts: true),
    ];

    public override string ToString() => Name;

    private static Task KillAsync(int node, params string[] how) => SandboxCluster.RunAsync(["kill", Text(node), .. how]);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
