using System.Text.RegularExpressions;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.House;

/// <summary>The plan of the house: which room may use which. A new entry is a design decision, not a fix of this test.</summary>
public sealed partial class RoomTests
{
    private static readonly IReadOnlyDictionary<string, string[]> MayUse = new Dictionary<string, string[]>
    {
        ["Cluster"] = [],
        ["Consensus"] = ["Cluster"],
        ["Membership"] = ["Cluster"],
        ["Failover"] = ["Cluster"],
        ["Core"] = ["Cluster", "Consensus", "Membership", "Failover"],
        ["Storage"] = ["Cluster", "Consensus"],
        ["Ring"] = ["Cluster"],
        ["Replication"] = ["Cluster"],
        ["Election"] = ["Replication"],
        ["Supervision"] = ["Cluster"],
        ["Guard"] = ["Cluster", "Supervision"],
        ["Proxy"] = ["Cluster"],
        ["Hooks"] = ["Cluster"],
        ["Configuration"] = ["Cluster", "Ring"],
        ["Api"] = ["Cluster"],
        ["Cli"] = ["Cluster", "Ring", "Configuration", "Sandbox", "Replication", "Election"],
        ["Sandbox"] = ["Cluster", "Ring"],
        ["Telemetry"] = ["Cluster"],
        ["Node"] =
        [
            "Cluster", "Consensus", "Membership", "Failover", "Core", "Storage", "Ring", "Replication", "Supervision", "Guard",
            "Configuration", "Api", "Proxy", "Hooks", "Telemetry",
        ],
    };

    // Files directly in agent/: they only pick a command.
    private static readonly string[] EntranceMayUse = ["Cli", "Guard", "Node", "Telemetry"];

    [Fact]
    public void Every_room_uses_only_the_rooms_that_its_floor_allows()
    {
        var types = TypesByRoom();
        var violations =
            from file in Repository.Sources.Where(f => f.StartsWith("agent/", StringComparison.Ordinal))
            let room = file.Split('/') is { Length: > 2 } parts ? parts[1] : ""
            from used in UsedRooms(File.ReadAllText(Path.Combine(Repository.Root, file)), types)
            where used != room && !(room.Length == 0 ? EntranceMayUse : MayUse.GetValueOrDefault(room, [])).Contains(used)
            select $"{file} uses {used}";
        Repository.None(violations);
    }

    [Fact]
    public void Every_folder_of_the_agent_is_a_room_of_the_plan_and_its_files_are_in_its_namespace()
    {
        var violations =
            from file in Repository.Sources.Where(f => f.StartsWith("agent/", StringComparison.Ordinal) && f.Count(c => c == '/') > 1)
            let room = file.Split('/')[1]
            let declared = Declaration().Match(File.ReadAllText(Path.Combine(Repository.Root, file))).Groups[1].Value
            where !MayUse.ContainsKey(room)
                || (declared != $"MySqlHa.{room}" && !declared.StartsWith($"MySqlHa.{room}.", StringComparison.Ordinal))
            select $"{file} declares '{declared}'";
        Repository.None(violations);
    }

    [Fact]
    public void The_infrastructure_shares_no_code_with_the_agent() =>
        Repository.None(
            from file in Repository.Tracked.Where(f => f.StartsWith("infra/", StringComparison.Ordinal))
            let text = File.ReadAllText(Path.Combine(Repository.Root, file))
            where Reference().IsMatch(text) || UsedRooms(text, TypesByRoom()).Count > 0
            select file);

    [Fact]
    public void The_plan_has_no_circle()
    {
        var done = new HashSet<string>();
        while (MayUse.Where(r => !done.Contains(r.Key)).FirstOrDefault(r => r.Value.All(done.Contains)).Key is { } room)
        {
            _ = done.Add(room);
        }

        Assert.Equal(MayUse.Keys.Order(), done.Order());
    }

    [Theory]
    [InlineData("using MySqlHa.Ring;", "Ring")]
    [InlineData("using static MySqlHa.Ring.RingLog;", "Ring")]
    [InlineData("using Key = MySqlHa.Ring.RingKey;", "Ring")]
    [InlineData("var id = global::MySqlHa.Cluster.NodeId.Parse(x);", "Cluster")]
    [InlineData("var id = Cluster.NodeId.Parse(x);", "Cluster")]
    public void A_use_of_a_room_is_seen_however_it_is_written(string code, string room) =>
        Assert.Equal([room], UsedRooms(code, TypesByRoom()));

    [Theory]
    [InlineData("var host = answer.Cluster.NodeId;")]
    [InlineData("var name = Cluster.Name;")]
    [InlineData("var id = MyCluster.NodeId;")]
    public void A_member_named_like_a_room_is_no_use_of_it(string code) => Assert.Empty(UsedRooms(code, TypesByRoom()));

    private static HashSet<string> TypesByRoom() =>
        [.. typeof(NodeId).Assembly.GetTypes()
            .Where(t => t.Namespace?.StartsWith("MySqlHa.", StringComparison.Ordinal) == true && !t.IsNested)
            .Select(t => $"{t.Namespace!["MySqlHa.".Length..]}.{t.Name.Split('`')[0]}")];

    private static IReadOnlyList<string> UsedRooms(string code, HashSet<string> types)
    {
        var full = FullName().Matches(code).Select(m => m.Groups[1].Value);
        // Inside namespace MySqlHa.X, "Ring.RingKey" is a full name too.
        var relative = RelativeName().Matches(code).Where(m => types.Contains(m.Value)).Select(m => m.Groups[1].Value);
        return [.. full.Concat(relative).Where(MayUse.ContainsKey).Distinct()];
    }

    [GeneratedRegex(@"\bMySqlHa\.([A-Z]\w*)")]
    private static partial Regex FullName();

    [GeneratedRegex(@"(?<![.\w])([A-Z]\w*)\.[A-Z]\w*")]
    private static partial Regex RelativeName();

    // To publish the agent as a program of its own is no reference.
    [GeneratedRegex(@"<ProjectReference[^>]*agent\.csproj")]
    private static partial Regex Reference();

    [GeneratedRegex(@"(?m)^namespace\s+([\w.]+)")]
    private static partial Regex Declaration();
}
