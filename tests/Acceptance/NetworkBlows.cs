using System.Diagnostics;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Packets between nodes that do not arrive.</summary>
internal static class NetworkBlows
{
    private static readonly TimeSpan Flapping = TimeSpan.FromSeconds(6);

    public static IEnumerable<Blow> All => Dealt.Select(b => b with { Refusal = PartitionFactAttribute.Refusal });

    private static IEnumerable<Blow> Dealt =>
    [
        new("the leader is cut off", (room, leader, followers) => room.Packets.CutBothWaysAsync([leader], followers)),
        new("the leader is cut off from clients too", (room, leader, _) => room.Packets.IsolateAsync(leader)),
        new("a follower is cut off", (room, leader, followers) => room.Packets.CutBothWaysAsync([followers[0]], [leader, followers[1]])),
        new("nobody hears the leader", (room, leader, followers) => room.Packets.CutAsync([leader], followers)),
        new("the leader hears nobody", (room, leader, followers) => room.Packets.CutAsync(followers, [leader])),
        new("no agent hears the leader's", (room, leader, followers) => room.Packets.CutAsync([leader], followers, Plane.Ring)),
        new("the leader's agent hears no other", (room, leader, followers) => room.Packets.CutAsync(followers, [leader], Plane.Ring)),
        new("the leader's agent is cut off", (room, leader, followers) => room.Packets.CutBothWaysAsync([leader], followers, Plane.Ring)),
        new("no mysqld hears the leader's", (room, leader, followers) =>
            room.Packets.CutAsync([leader], followers, Plane.Data)),
        new("the leader's mysqld hears no other", (room, leader, followers) =>
            room.Packets.CutAsync(followers, [leader], Plane.Data)),
        new("the leader's mysqld is cut off", (room, leader, followers) =>
            room.Packets.CutBothWaysAsync([leader], followers, Plane.Data)),
        new("nobody hears a follower", (room, leader, followers) => room.Packets.CutAsync([followers[0]], [leader, followers[1]])),
        new("a follower hears nobody", (room, leader, followers) => room.Packets.CutAsync([leader, followers[1]], [followers[0]])),
        new("a follower's agent is cut off", (room, leader, followers) =>
            room.Packets.CutBothWaysAsync([followers[0]], [leader, followers[1]], Plane.Ring)),
        new("a follower's mysqld is cut off", (room, leader, followers) =>
            room.Packets.CutBothWaysAsync([followers[0]], [leader, followers[1]], Plane.Data)),
        new("the link from the leader to a follower is cut", (room, leader, followers) =>
            room.Packets.CutBothWaysAsync([leader], [followers[0]])),
        new("one way of the link from the leader to a follower is cut", (room, leader, followers) =>
            room.Packets.CutAsync([leader], [followers[0]])),
        new("the link between the followers is cut", (room, _, followers) => room.Packets.CutBothWaysAsync([followers[0]], [followers[1]])),
        new("all mysqlds are cut off from each other for six seconds", async (room, leader, followers) =>
        {
            int[] all = [leader, .. followers];
            await room.Packets.CutAsync(all, all, Plane.Data);
            await Task.Delay(Flapping);
            await room.Packets.ClearAsync();
        }),
        new("all agents are cut off from each other for six seconds", async (room, leader, followers) =>
        {
            int[] all = [leader, .. followers];
            await room.Packets.CutAsync(all, all, Plane.Ring);
            await Task.Delay(Flapping);
            await room.Packets.ClearAsync();
        }),
        new("the leader's links flap", (room, leader, followers) =>
            FlapAsync(room, () => room.Packets.CutBothWaysAsync([leader], followers))),
        new("one way of the leader's links flaps", (room, leader, followers) =>
            FlapAsync(room, () => room.Packets.CutAsync([leader], followers))),
        new("a follower's links flap", (room, leader, followers) =>
            FlapAsync(room, () => room.Packets.CutBothWaysAsync([followers[0]], [leader, followers[1]]))),
        new("one link after the other flaps, one way, of one plane", (room, _, _) => FlapAsync(room, () =>
        {
            var ends = SandboxCluster.Numbers.OrderBy(_ => Random.Shared.Next()).ToArray();
            return room.Packets.CutAsync([ends[0]], [ends[1]], (Plane)Random.Shared.Next(3));
        })),
        new("a fifth of all packets between nodes is lost for six seconds", async (room, _, _) =>
        {
            await room.Packets.LoseAsync(20, clientsToo: false);
            await Task.Delay(Flapping);
            await room.Packets.ClearAsync();
        }),
        new("the leader's mysqld is killed while the link between the followers is cut", async (room, leader, followers) =>
        {
            await room.Packets.CutBothWaysAsync([followers[0]], [followers[1]]);
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
        new("the leader's mysqld is killed while a follower is cut off", async (room, leader, followers) =>
        {
            await room.Packets.CutBothWaysAsync([followers[0]], [leader, followers[1]]);
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
        new("all but the leader's node lose each other while it is killed", async (room, leader, followers) =>
        {
            await room.Packets.CutBothWaysAsync([followers[0]], [followers[1]]);
            room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
        }) { Ends = true },
    ];

    /// <summary>On and off every few hundred milliseconds; in the end the network is whole.</summary>
    private static async Task FlapAsync(FaultCluster room, Func<Task> cut)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < Flapping)
        {
            await cut();
            await Task.Delay(Random.Shared.Next(100, 600));
            await room.Packets.ClearAsync();
            await Task.Delay(Random.Shared.Next(100, 600));
        }
    }
}
