using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A clone that is whole, but cannot be marked so: the disk was full at that very moment, say.</summary>
[Trait("Length", "long")]
[Collection(AgentRoom.Name)]
public sealed class UnmarkedCloneTests : OwnAgents
{
    private static readonly int[] Lasts = [171, 172, 173];

    public override Task InitializeAsync()
    {
        Nodes.AddRange(Lasts.Select(last => new AgentNode(Home, last, Lasts.Where(l => l != last))));
        return Task.CompletedTask;
    }

    [Fact]
    public async Task It_is_made_anew_and_the_node_comes_back_by_itself()
    {
        var leader = await AgentNode.StartAsync(Nodes);
        var node = Nodes.First(n => n != leader);
        await node.UntilAsync("all follow", () => FollowersAsync(leader, 2), within: 60);
        await node.KillAsync();
        Directory.Delete(node.MysqlDirectory, recursive: true);
        node.Start();

        // Where the mark is written anew before it gets its name: nothing can be written there from here on.
        var mark = Path.Combine(node.MysqlDirectory, "mysqlha.json");
        var inTheWay = Path.Combine(mark + ".new", "full");
        await node.UntilAsync("it is cloned", () => Task.FromResult(IsHalf(mark)), within: 120);
        _ = Directory.CreateDirectory(inTheWay);
        await node.UntilPrintedAsync("ReseedServer: ", within: 60);
        await node.UntilAsync("there is room again", () => Task.FromResult(HasRoom(mark + ".new")), within: 10);
        await leader.UntilAsync("it follows again", () => FollowersAsync(leader, 2), within: 90);
    }

    private static bool IsHalf(string mark) => File.Exists(mark) && File.ReadAllText(mark).Contains("\"Complete\": false", StringComparison.Ordinal);

    private static bool HasRoom(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }

        return true;
    }

    private static async Task<bool> FollowersAsync(AgentNode leader, int count)
    {
        var view = await leader.ViewAsync();
        return view.GetProperty("members").EnumerateArray().Count(m => m.GetProperty("receiverRunning").GetBoolean()) == count;
    }
}
