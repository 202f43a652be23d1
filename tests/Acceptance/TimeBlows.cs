using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Clocks that are wrong, and followers that are late.</summary>
internal static class TimeBlows
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    /// <summary>Behind by so much when the leader is struck: they have received all, and applied nothing of it.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromSeconds(30);

    public static IEnumerable<Blow> All =>
        Clocks.Select(b => b with { Refusal = NodeClock.Refusal })
            .Append(new("the leader is killed when a follower is 30 s behind", async (room, leader, followers) =>
            {
                await room.HoldAsync(followers[0]);
                await Task.Delay(Behind);
                room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
            }) { Unfit = 0 })
            .Append(new("the leader's mysqld is killed when both followers are 30 s behind", async (room, leader, followers) =>
            {
                await Task.WhenAll(followers.Select(room.HoldAsync));
                await Task.Delay(Behind);
                room.Strike(leader, Signal.Kill, mysqld: true);
                await Task.Delay(TimeSpan.FromSeconds(2));
                room.LetGo();
            }))
            .Append(new("a switchover to a follower that is 30 s behind", async (room, leader, followers) =>
            {
                await room.HoldAsync(followers[0]);
                await Task.Delay(Behind);
                _ = await SandboxCluster.TryAsync("switchover", $"{followers[0]}"); // to be refused, or to wait in vain
            }) { Unfit = 0 });

    private static IEnumerable<Blow> Clocks =>
    [
        new("the leader's clock jumps an hour ahead", (room, leader, _) => room.SetClockAsync(leader, Hour)) { Harmless = true },
        new("the leader's clock jumps an hour back", (room, leader, _) => room.SetClockAsync(leader, -Hour)) { Harmless = true },
        new("a follower's clock jumps an hour ahead", (room, _, followers) => room.SetClockAsync(followers[0], Hour)) { Harmless = true },
        new("a follower's clock jumps an hour back", (room, _, followers) => room.SetClockAsync(followers[0], -Hour)) { Harmless = true },
        new("the clocks jump to and fro", async (room, leader, followers) =>
        {
            foreach (var offset in (TimeSpan[])[Hour, -Hour, Hour])
            {
                await Task.WhenAll(room.SetClockAsync(leader, offset), room.SetClockAsync(followers[0], -offset));
            }
        }) { Harmless = true },
        new("the leader's mysqld is killed when the clocks are two hours apart", async (room, leader, followers) =>
        {
            await ApartAsync(room, leader, followers);
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
        new("the leader's node is killed when the clocks are two hours apart, and comes back", async (room, leader, followers) =>
        {
            await ApartAsync(room, leader, followers);
            room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
            await Task.Delay(TimeSpan.FromSeconds(1));
            await room.StartAsync(leader);
        }),
    ];

    private static Task ApartAsync(FaultCluster room, int leader, int[] followers) =>
        Task.WhenAll(room.SetClockAsync(leader, Hour), room.SetClockAsync(followers[0], -Hour));
}
