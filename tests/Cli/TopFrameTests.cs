using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Cli;

public sealed class TopFrameTests
{
    private static readonly ClusterView View = SampleCluster.SeenByLeader;

    [Fact]
    public void It_says_who_leads_and_how_each_member_is()
    {
        var lines = Drawn(null, View, []);

        Assert.Equal(ViewText.Headline(View), lines[0]);
        var heads = lines.Single(l => l.StartsWith('#'));
        foreach (var member in View.Members)
        {
            var row = lines.Single(l => l.Contains($"  {member.Address.Host}  ", StringComparison.Ordinal));
            Assert.Equal(member.Name, row[heads.IndexOf("NAME", StringComparison.Ordinal)..].Split(' ')[0]);
            Assert.Equal("-", row[heads.IndexOf("TRX/S", StringComparison.Ordinal)..].Split(' ')[0]);
        }
    }

    [Theory]
    [InlineData(0, 0, 80, 24)]
    [InlineData(132, 0, 132, 24)]
    [InlineData(1, 1, 1, 1)]
    public void A_terminal_that_does_not_know_its_size_has_the_usual_one(int width, int height, int columns, int lines) =>
        Assert.Equal((columns, lines), TerminalRoom.Of(width, height));

    [Fact]
    public void Rates_are_what_came_between_two_looks()
    {
        var leader = View.Leader!.Value;
        var uuid = View.Member(leader)!.ServerUuid;
        var more = Enumerable.Range(1, 30).Aggregate(View.Member(leader)!.Executed, (set, n) => set.Union(GtidSet.Of(uuid, 1_000_000 + n)));
        var now = View.With(leader, m => m with { Executed = more });

        Assert.Contains(Drawn(View, now, [], TimeSpan.FromSeconds(2)), l => l.Contains("leader", StringComparison.Ordinal)
            && l.Split(' ', StringSplitOptions.RemoveEmptyEntries).Contains("15"));
        var renewed = now.With(leader, m => m with { ServerUuid = "another" });
        Assert.DoesNotContain(Drawn(View, renewed, [], TimeSpan.FromSeconds(2)), l => l.Split(' ').Contains("15"));
    }

    [Theory]
    [InlineData(true, true, MemberLiveness.Alive, "yes")]
    [InlineData(true, true, MemberLiveness.Suspect, "yes")]
    [InlineData(true, true, MemberLiveness.Confirmed, "no")]
    [InlineData(true, true, MemberLiveness.Departed, "no")]
    [InlineData(true, false, MemberLiveness.Alive, "no")]
    [InlineData(false, true, MemberLiveness.Alive, "-")]
    public void Who_is_dead_or_receives_nothing_is_not_said_to_acknowledge(
        bool acker, bool receives, MemberLiveness liveness, string acks)
    {
        var view = View.With(SampleCluster.Id3, m => m with { Acker = acker, ReceiverRunning = receives, Liveness = liveness });
        var lines = Drawn(null, view, []);
        var at = lines.Single(l => l.StartsWith('#')).IndexOf("ACKS", StringComparison.Ordinal);

        Assert.Equal(acks, ViewText.Acks(view.Member(SampleCluster.Id3)!));
        Assert.Equal(acks, lines.Single(l => l.Contains("  db3  ", StringComparison.Ordinal))[at..].Split(' ')[0]);
    }

    [Fact]
    public void Events_get_the_room_that_is_left_the_newest_ones_first_to_stay()
    {
        var events = Enumerable.Range(1, 50).Select(n => new ClusterEvent("x", $"event {n}.", EventScope.Cluster) { Id = n }).ToList();

        var lines = Drawn(null, View, events, height: 24);
        Assert.Equal(24, lines.Count);
        Assert.EndsWith("event 50.", lines[^1], StringComparison.Ordinal);
        Assert.Equal(3, Drawn(null, View, events, height: 4).Count(l => l.Contains("event ", StringComparison.Ordinal)));
    }

    [Fact]
    public void An_event_names_whom_it_is_about_once()
    {
        var node = View.Members[1];
        ClusterEvent[] events =
        [
            new("member-joined", "joined", EventScope.Node, node.Id) { Id = 1 },
            new("following", $"follows {node.Name} now", EventScope.Node, node.Id) { Id = 2 },
            new("told", "a majority told the epochs", EventScope.Node) { Id = 3 },
        ];

        Assert.Equal(
            [$"{node.Name}: joined", $"follows {node.Name} now", "a majority told the epochs"],
            Drawn(null, View, events)[^3..].Select(l => l[(l.IndexOf("  ", StringComparison.Ordinal) + 2)..]));
    }

    [Fact]
    public void In_80_columns_no_sentence_about_the_cluster_or_a_member_is_cut_off()
    {
        const string Long = "the disk that holds its data is full, so it takes nothing more from its leader until there is room again";
        var view = View.With(View.Members[1].Id, m => m with { Problems = [new Reason("disk-full", Long)] })
            with { Reasons = [new Reason("x", Long + " (says the controller)")] };

        var lines = TopFrame.Of(null, view, TimeSpan.Zero, [], 80, 40, colours: false);

        var words = string.Join(' ', lines.SelectMany(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Contains(Long + " (says the controller)", words, StringComparison.Ordinal);
        Assert.Equal(3, words.Split(Long).Length);
        Assert.All(lines, l => Assert.True(l.Length <= 80));
        Assert.Contains(lines, l => l.StartsWith('#') && l.Contains("  LAG", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(40)]
    [InlineData(1)]
    public void No_line_is_wider_than_the_terminal_whatever_its_colours(int width)
    {
        var plain = TopFrame.Of(null, View, TimeSpan.Zero, [], width, 24, colours: false);
        var coloured = TopFrame.Of(null, View, TimeSpan.Zero, [], width, 24, colours: true);

        Assert.All(plain, l => Assert.True(l.Length <= width));
        Assert.Contains(coloured, l => l.Contains("\e[", StringComparison.Ordinal));
        Assert.Equal(plain, coloured.Select(l => System.Text.RegularExpressions.Regex.Replace(l, "\e\\[[0-9;]*m", "").TrimEnd()));
    }

    [Fact]
    public void What_a_member_says_cannot_move_the_cursor()
    {
        var evil = View.With(View.Self, m => m with { Name = "db\e[2J\n1", Problems = [new Reason("x", "bad\e]0;title\a")] });

        Assert.All(TopFrame.Of(null, evil, TimeSpan.Zero, [], 400, 24, colours: false), l => Assert.DoesNotContain(l, char.IsControl));
    }

    private static List<string> Drawn(
        ClusterView? before, ClusterView view, IReadOnlyList<ClusterEvent> events, TimeSpan between = default, int height = 40) =>
        [.. TopFrame.Of(before, view, between, events, 400, height, colours: false)];
}
