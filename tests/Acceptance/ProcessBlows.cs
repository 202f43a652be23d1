using System.Globalization;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Processes killed, frozen and restarted.</summary>
internal static class ProcessBlows
{
    /// <summary>Longer than a lease of the slowest timing that they are dealt to, and then some.</summary>
    private static readonly TimeSpan TwoLeases = TimeSpan.FromSeconds(7);

    public static IEnumerable<Blow> All =>
    [
        new("the leader's mysqld is killed", (_, leader, _) => KillAsync(leader, "--mysqld")),
        new("the leader's agent is killed", (_, leader, _) => KillAsync(leader, "--agent")),
        new("the leader's guard is killed", (_, leader, _) => KillAsync(leader, "--guard")),
        new("the leader's node is killed", (_, leader, _) => KillAsync(leader, "--machine")),
        new("the leader's agent and guard are killed together", (room, leader, _) =>
            Now(() => room.Strike(leader, Signal.Kill, agent: true, guard: true))),
        new("the leader's mysqld is frozen", (_, leader, _) => KillAsync(leader, "--mysqld", "--freeze")),
        new("the leader's agent is frozen", (_, leader, _) => KillAsync(leader, "--agent", "--freeze")),
        new("the leader's node is frozen", (_, leader, _) => KillAsync(leader, "--machine", "--freeze")),
        new("the leader's node is frozen, its guard too", (room, leader, _) =>
            Now(() => room.Strike(leader, Signal.Stop, agent: true, mysqld: true, guard: true))),
        new("the leader's agent is frozen and its guard killed", (room, leader, _) =>
            Now(() =>
            {
                room.Strike(leader, Signal.Stop, agent: true);
                room.Strike(leader, Signal.Kill, guard: true);
            })),
        new("the leader's mysqld is killed three times", async (room, leader, _) =>
        {
            for (var times = 0; times < 3; times++)
            {
                room.Strike(leader, Signal.Kill, mysqld: true);
                await Task.Delay(TimeSpan.FromSeconds(1.5));
            }
        }),
        new("a follower's mysqld is killed", (_, _, followers) => KillAsync(followers[0], "--mysqld")),
        new("a follower's agent is killed", (_, _, followers) => KillAsync(followers[0], "--agent")),
        new("a follower's guard is killed", (_, _, followers) => KillAsync(followers[0], "--guard")),
        new("a follower's node is killed", (_, _, followers) => KillAsync(followers[0], "--machine")),
        new("a follower's mysqld is frozen", (_, _, followers) => KillAsync(followers[0], "--mysqld", "--freeze")),
        new("a follower's agent is frozen", (_, _, followers) => KillAsync(followers[0], "--agent", "--freeze")),
        new("a follower's node is frozen", (_, _, followers) => KillAsync(followers[0], "--machine", "--freeze")),
        new("the mysqlds of the leader and a follower are killed together", (room, leader, followers) =>
            Now(() => Together([leader, followers[0]], n => room.Strike(n, Signal.Kill, mysqld: true)))),
        new("the leader's mysqld and a follower's agent are killed together", (room, leader, followers) =>
            Now(() =>
            {
                room.Strike(leader, Signal.Kill, mysqld: true);
                room.Strike(followers[0], Signal.Kill, agent: true);
            })),
        new("the leader's mysqld is killed while a follower's node is frozen", async (room, leader, followers) =>
        {
            await KillAsync(followers[0], "--machine", "--freeze");
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
        new("the leader's node and a follower's mysqld are killed together", (room, leader, followers) =>
            Now(() =>
            {
                room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
                room.Strike(followers[0], Signal.Kill, mysqld: true);
            })),
        new("the mysqlds of both followers are killed together", (room, _, followers) =>
            Now(() => Together(followers, n => room.Strike(n, Signal.Kill, mysqld: true)))),
        new("the nodes of both followers are frozen", (_, _, followers) =>
            Task.WhenAll(followers.Select(f => KillAsync(f, "--machine", "--freeze")))) { Ends = true },
        new("all mysqlds are killed together", (room, leader, followers) =>
            Now(() => Together([leader, .. followers], n => room.Strike(n, Signal.Kill, mysqld: true)))),
        new("all agents are killed together", (room, leader, followers) =>
            Now(() => Together([leader, .. followers], n => room.Strike(n, Signal.Kill, agent: true)))) { Ends = true },
        new("all nodes are killed together", (room, leader, followers) =>
            Now(() => Together([leader, .. followers], n => room.Strike(n, Signal.Kill, agent: true, mysqld: true, guard: true))))
        { Ends = true },
        new("all nodes are frozen for two leases", async (room, leader, followers) =>
        {
            Together([leader, .. followers], n => room.Strike(n, Signal.Stop, agent: true, mysqld: true, guard: true));
            await Task.Delay(TwoLeases);
        }) { Ends = true },
        new("the agent of the leader restarts", (room, leader, _) => room.RestartAsync(leader)),
        new("the agent of a follower restarts", (room, _, followers) => room.RestartAsync(followers[0])),
        new("all agents restart together", (room, leader, followers) =>
            Task.WhenAll(followers.Append(leader).Select(room.RestartAsync))),
        new("a switchover", (_, _, followers) => SandboxCluster.RunAsync("switchover", Text(followers[0]))),
        new("the target of a switchover is killed in the middle of it", (_, _, followers) =>
            Task.WhenAll(SandboxCluster.TryAsync("switchover", Text(followers[0])), KillAsync(followers[0], "--mysqld"))),
        new("the leader is killed in the middle of a switchover", (_, leader, followers) =>
            Task.WhenAll(SandboxCluster.TryAsync("switchover", Text(followers[0])), KillAsync(leader, "--mysqld"))),
        new("the leader is killed, started, and killed again while it comes back", async (room, leader, _) =>
        {
            await KillAsync(leader, "--machine");
            await room.StartAsync(leader);
            await KillAsync(leader, "--machine");
        }),
        new("the successor is killed as soon as it is chosen", async (room, leader, followers) =>
        {
            var epoch = await room.EpochAsync(followers[0]);
            room.Strike(leader, Signal.Kill, mysqld: true);
            room.Strike(await room.SuccessorAsync(leader, epoch, within: 30), Signal.Kill, mysqld: true);
        }),
        new("the successor's node is killed as soon as it is chosen, and the leader's is back", async (room, leader, followers) =>
        {
            var epoch = await room.EpochAsync(followers[0]);
            room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
            room.Strike(await room.SuccessorAsync(leader, epoch, within: 30), Signal.Kill, agent: true, mysqld: true, guard: true);
            await room.StartAsync(leader);
        }),
        new("a follower is killed while it is made anew", async (room, _, followers) =>
        {
            await SandboxCluster.RunAsync("reinit", Text(followers[0]));
            await room.CloningAsync(followers[0]);
            room.Strike(followers[0], Signal.Kill, agent: true, mysqld: true, guard: true);
        }),
        new("the leader is killed while a follower is made anew", async (room, leader, followers) =>
        {
            await SandboxCluster.RunAsync("reinit", Text(followers[0]));
            await room.CloningAsync(followers[0]);
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
    ];

    private static Task KillAsync(int node, params string[] how) => SandboxCluster.RunAsync(["kill", Text(node), .. how]);

    private static Task Now(Action strike)
    {
        strike();
        return Task.CompletedTask;
    }

    private static void Together(IEnumerable<int> nodes, Action<int> strike) => _ = Parallel.ForEach(nodes, strike);

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
