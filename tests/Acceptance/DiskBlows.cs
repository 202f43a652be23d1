using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Disks that take nothing more, or late. Each node's agent and mysqld are on one disk, as on a small machine.</summary>
internal static class DiskBlows
{
    /// <summary>
    /// One synced commit is several: a few commits a second are left, of some hundred. With 20 a leader keeps the lead too, and no commit
    /// ends within the second that a writer here waits for it.
    /// </summary>
    private const int Writes = 100;

    public static IEnumerable<Blow> All =>
        Dealt.Select(b => b with { Refusal = LoopDisk.Refusal })
            .Concat(Slow.Select(b => b with { Refusal = LoopDisk.RefusalToSlow }));

    private static IEnumerable<Blow> Dealt =>
    [
        new("the leader's disk is full", (room, leader, _) => Task.Run(room.Disk(leader).Fill)),
        new("the leader's disk is read-only", (room, leader, _) => Task.Run(room.Disk(leader).Break)),
        new("the leader's disk stands still", (room, leader, _) => Task.Run(room.Disk(leader).Stall)),
        new("the leader's disk stands still for two seconds", async (room, leader, _) =>
        {
            room.Disk(leader).Stall();
            await Task.Delay(TimeSpan.FromSeconds(2));
            room.Disk(leader).Mend();
        }),
        new("the leader's disk stands still and its node is killed", async (room, leader, _) =>
        {
            room.Disk(leader).Stall();
            await Task.Delay(TimeSpan.FromSeconds(1));
            room.Strike(leader, Signal.Kill, agent: true, mysqld: true, guard: true);
        }),
        new("a follower's disk is full", (room, _, followers) => Task.Run(room.Disk(followers[0]).Fill)),
        new("a follower's disk is read-only", (room, _, followers) => Task.Run(room.Disk(followers[0]).Break)),
        new("a follower's disk stands still", (room, _, followers) => Task.Run(room.Disk(followers[0]).Stall)),
        new("the leader is killed while a follower's disk is full", async (room, leader, followers) =>
        {
            room.Disk(followers[0]).Fill();
            await Task.Delay(TimeSpan.FromSeconds(3));
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
    ];

    private static IEnumerable<Blow> Slow =>
    [
        new("the leader's disk is slow", (room, leader, _) => SlowAsync(room, leader)),
        new("a follower's disk is slow", (room, _, followers) => SlowAsync(room, followers[0])),
        new("the leader is killed while a follower's disk is slow", async (room, leader, followers) =>
        {
            await SlowAsync(room, followers[0]);
            room.Strike(leader, Signal.Kill, mysqld: true);
        }),
    ];

    private static async Task SlowAsync(FaultCluster room, int node)
    {
        room.Disk(node).Slow(Writes);
        await Task.Delay(TimeSpan.FromSeconds(5));
    }
}
