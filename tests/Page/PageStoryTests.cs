using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>What the page tells of what happened and happens, in a real browser.</summary>
[Collection(ChromiumRoom.Name)]
public sealed class PageStoryTests(Chromium browser)
{
    [Fact]
    public void Every_part_is_in_the_page_once_and_the_page_has_no_other()
    {
        var parts = typeof(CensusPage).Assembly.GetManifestResourceNames()
            .Where(n => n.StartsWith("MySqlHa.Api.Page.", StringComparison.Ordinal)).Select(n => n["MySqlHa.Api.Page.".Length..]);
        Assert.Equal(parts.Order(), CensusPage.Styles.Concat(CensusPage.Scripts).Append("page.html").Order());
    }

    [ChromiumFact]
    public async Task A_failover_is_seen_as_it_goes_and_then_as_a_timeline_in_true_proportion()
    {
        var view = PageViews.Of(3, 3);
        await using var door = await PageDoor.StartAsync(view);
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#verdict-text", "database-1 leads and takes writes");
        await tab.ShowsAsync("#answers", "A failover would work now – database-2 would lead next; no acknowledged commit would be lost");

        door.Api.View = view.WithoutLeader();
        await tab.ShowsAsync("#verdict-text", "Nobody leads: epoch 7 is closed");
        await tab.ShowsAsync("#answers", "Clients cannot write");
        await tab.ShowsAsync("#reasons", "waiting for a quorum");
        Assert.Empty(await tab.TextsAsync("#topology .link.flows"));
        await tab.ShootAsync("failover");

        door.Api.View = Led(view, new EpochPhases
        {
            Zero = PhaseZero.MysqldEnd, Detect = 8, Close = 32, Promise = 100, Open = 112, Writable = 300, Clients = 300, Established = 400,
        });
        await tab.ShowsAsync("#verdict-text", "database-2 leads and takes writes");
        await tab.ShowsAsync("#change-head", "Change to epoch 8");
        await tab.ShowsAsync("#phases", "400 ms from when mysqld ended until a commit was acknowledged");
        Assert.Equal(["detect", "close", "promise", "open", "writable", "clients", "established", "apply"],
            await tab.TextsAsync("#phases .bar .phase"));
        // From where to where, in hundredths of the whole, as they are drawn.
        var bars = await tab.ValueAsync("""
            [...document.querySelectorAll("#phases .bar:not(.none) .piece:not(.point)")].map(p => {
              const r = p.getBoundingClientRect(), t = p.parentElement.getBoundingClientRect();
              return [Math.round((r.left - t.left - 1) / (t.width - 2) * 100), Math.round(r.width / (t.width - 2) * 100)];
            })
            """);
        Assert.Equal("[[0,2],[2,6],[8,17],[25,3],[28,47],[75,25]]", bars.GetRawText());
        Assert.Equal(["unknown"], await tab.TextsAsync("#phases .bar.none .ms"));
        await PageMeasures.FineAsync(tab, "after a failover");
        await tab.ShootAsync("after", whole: true);

        // One that took seconds has longer words.
        door.Api.View = Led(view, new EpochPhases
        {
            Zero = PhaseZero.Known, Close = 21, Apply = 8903, Promise = 9030, Open = 9041, Writable = 9120, Established = 9582,
            Clients = 9641,
        });
        await tab.ShowsAsync("#phases", "9,582 ms from when the loss was known until a commit was acknowledged");
        await PageMeasures.FineAsync(tab, "after a slow failover");
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task One_node_alone_is_told_nothing_of_others()
    {
        var view = PageViews.Alone();
        await using var door = await PageDoor.StartAsync(view);
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#verdict-text", "database-1 leads and takes writes, alone");
        await tab.ShowsAsync("#answers", "No failover – database-1 is alone (topology standalone): behind a crash it leads again");
        await tab.ShowsAsync("#answers", "A commit is on database-1 alone – its client hears OK when it is in the synced binary log");
        Assert.Empty(await tab.TextsAsync("#deeds button"));
        Assert.Empty(await tab.TextsAsync("#reasons li"));
        Assert.DoesNotContain("automatic", string.Join(' ', await tab.TextsAsync("#facts dd")), StringComparison.Ordinal);
        foreach (var width in (int[])[1280, 360])
        {
            await tab.SizeAsync(width, 900);
            await PageMeasures.FineAsync(tab, $"alone, {width} wide");
            await tab.ShootAsync($"alone-{width}", whole: true);
        }

        door.Api.View = view with { Paused = true };
        await tab.ShowsAsync("#verdict-text", "paused, it would not lead again by itself");
        Assert.Equal(["Resume failover …"], await tab.TextsAsync("#deeds button"));

        // On its way to be three it is not alone on purpose: what is missing is told, but for the switchover that nobody could take.
        door.Api.View = view with { Standalone = false };
        await tab.ShowsAsync("#verdict-text", "a failover would not work now");
        await tab.ShowsAsync("#answers", "A failover would not work now – database-1 (10.0.20.101) is alone");
        Assert.Equal(["Pause failover …"], await tab.TextsAsync("#deeds button"));
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task Any_change_can_be_chosen_and_a_switchovers_phases_are_its_own()
    {
        var view = PageViews.Of(3, 3);
        await using var door = await PageDoor.StartAsync(Led(view, new EpochPhases
        {
            Zero = PhaseZero.Asked, Detect = 0, Close = 33, Open = 33, Release = 52, Promise = 52, Apply = 58, Writable = 60, Clients = 60,
            Established = 67,
        }));
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#phases", "67 ms from when it was asked for");
        Assert.Equal(["close", "open", "release", "promise", "apply", "writable", "clients", "established"],
            await tab.TextsAsync("#phases .bar .phase"));

        await tab.ClickAsync("#epochs tr:nth-child(2) button");
        await tab.ShowsAsync("#change-head", "Change to epoch 7");
        await tab.ShowsAsync("#phases", "1,234 ms from when mysqld ended");
        await tab.TabToAsync("#lanes button[data-epoch='8']");
        await tab.PressAsync(" ");
        await tab.ShowsAsync("#change-head", "Change to epoch 8");
        Assert.True(await tab.HoldsAsync("document.activeElement.dataset.epoch === '8'"));
        Assert.Equal(["database-1", "database-2", "database-3"], await tab.TextsAsync("#lanes .lane:not(.axis) .phase"));
    }

    [ChromiumFact]
    public async Task Events_come_as_they_happen_and_do_not_move_what_is_being_read()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Tell(Event(1), Event(2));
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#events li:first-child", "event number 2");
        await tab.ShowsAsync("#events-state", "as they happen");
        door.Tell(Event(3));
        await tab.ShowsAsync("#events li:first-child", "event number 3");

        await tab.HoverAsync("#events li:first-child");
        await tab.UntilAsync("the pointer is there", "document.querySelector('#events').matches(':hover')");
        const string Place = "document.querySelector('#events li:nth-child(1)').getBoundingClientRect().top";
        var before = (await tab.ValueAsync(Place)).GetDouble();
        door.Tell(Event(4), Event(5));
        await tab.ShowsAsync("#events-more", "2 new events: show");
        Assert.Equal(before, (await tab.ValueAsync(Place)).GetDouble());
        await tab.ShowsAsync("#events li:first-child", "event number 3");
        await PageMeasures.FineAsync(tab, "new events are offered");
        await tab.ClickAsync("#events-more");
        await tab.ShowsAsync("#events li:first-child", "event number 5");
        Assert.Equal(5, (await tab.TextsAsync("#events li")).Count);
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task Where_there_is_no_stream_of_events_the_page_asks_and_where_there_are_none_it_says_so_quietly()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Events = EventWay.List;
        door.Tell(Event(1));
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#events li:first-child", "event number 1");
        door.Tell(Event(2));
        await tab.ShowsAsync("#events li:first-child", "event number 2");
        await tab.ShowsAsync("#events-state", "every two seconds");

        door.Events = EventWay.None;
        await tab.GoAsync(door.Address);
        await tab.ShowsAsync("#events-state", "this agent tells none");
    }

    [ChromiumFact]
    public async Task A_node_that_answers_no_more_is_told_apart_from_a_cluster_that_is_well()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Tell(Event(1));
        await using var tab = await OpenAsync(door);
        await tab.ShowsAsync("#events li:first-child", "event number 1");
        door.Silent = true;
        await tab.ShowsAsync("#verdict-text", "database-3 does not answer: nobody can say from here");
        await tab.ShowsAsync("#live", "no answer for");
        Assert.Empty(await tab.TextsAsync("#deeds button"));

        door.Silent = false;
        await tab.ShowsAsync("#verdict-text", "database-1 leads and takes writes");
    }

    [ChromiumFact]
    public async Task A_short_epoch_shows_no_half_of_its_number()
    {
        var (view, now) = (PageViews.Of(3, 3), DateTimeOffset.UtcNow);
        DateTimeOffset Begin(int epoch) => now.AddMinutes(5 * (epoch - 25));
        await using var door = await PageDoor.StartAsync(view with
        {
            History =
            [
                .. Enumerable.Range(1, 24).Select(n => view.History[^1] with
                {
                    Number = n, Leader = PageViews.Id(1 + (n % 3)), Open = n == 24, OpenedAt = Begin(n),
                    ClosedAt = n < 24 ? Begin(n + 1) : null,
                }),
            ],
        });
        await using var tab = await OpenAsync(door);

        foreach (var width in (int[])[1280, 360])
        {
            await tab.SizeAsync(width, 900);
            await tab.UntilAsync("some have no room for their number", "document.querySelectorAll('#lanes .piece.slim').length > 3");
            await tab.UntilAsync("and some have", "document.querySelectorAll('#lanes .piece:not(.slim)').length > 0");
            await tab.UntilAsync(
                "what is shown is shown whole",
                "[...document.querySelectorAll('#lanes .piece:not(.slim)')].every(p => p.scrollWidth <= p.clientWidth)",
                within: 5);
            await PageMeasures.FineAsync(tab, $"many epochs, {width} wide");
        }
    }

    /// <summary>As it is for the time of a lease when a leader's machine is lost: its last report says that it is writable.</summary>
    [ChromiumFact]
    public async Task Where_nobody_receives_from_the_leader_the_page_does_not_say_that_clients_can_write()
    {
        var view = PageViews.Of(3, 3);
        await using var door = await PageDoor.StartAsync(view with
        {
            Members = [.. view.Members.Select(m => m with { ReceiverRunning = false })],
        });
        await using var tab = await OpenAsync(door);

        await tab.ShowsAsync("#verdict-text", "database-1 leads, and commits wait: too few followers receive");
        await tab.ShowsAsync("#answers", "Clients wait – what they commit on 10.0.20.101 is not answered until enough followers have it");
        await tab.ShowsAsync("#answers", "each needs 1 of database-2 and database-3 to acknowledge; none of them receive");
        Assert.True(await tab.HoldsAsync("document.querySelector('#verdict').classList.contains('critical')"));
        Assert.DoesNotContain("acknowledges", await tab.TextAsync("#members"), StringComparison.Ordinal);

        door.Api.View = view;
        await tab.ShowsAsync("#verdict-text", "database-1 leads and takes writes");
        await tab.ShowsAsync("#members", "acknowledges");
    }

    [ChromiumFact]
    public async Task A_remark_about_a_member_is_as_loud_as_the_member_is_unwell()
    {
        Reason pending = new("restart-pending", "a restart is pending");
        var view = PageViews.Of(3, 3).With(PageViews.Id(1), m => m with { Problems = [pending] });
        await using var door = await PageDoor.StartAsync(
            view.Unwell().With(PageViews.Id(3), m => m with { Problems = [new Reason("disk-full", "the disk is full")] }));
        await using var tab = await OpenAsync(door);

        await tab.ShowsAsync("#members", "a restart is pending");
        var colours = await tab.ValueAsync("""
            (() => {
              const found = [...document.querySelectorAll("#members .problem")].map(p => getComputedStyle(p).color);
              const tone = name => getComputedStyle(document.querySelector(`#members .state.${name}`)).color;
              return [found[0] === getComputedStyle(document.body).color, found[1] === tone("warning"), found[2] === tone("critical")];
            })()
            """);
        Assert.Equal("[true,true,true]", colours.GetRawText());
        await PageMeasures.FineAsync(tab, "remarks");
    }

    [ChromiumFact]
    public async Task Without_a_quorum_the_page_promises_nothing()
    {
        var view = PageViews.Of(3, 3) with
        {
            Election = ElectionStatus.NoQuorum, LeaderWritable = false, Controller = null,
            Reasons = [new Reason("waiting-for-quorum", "1 of 3: waiting for a quorum")],
        };
        await using var door = await PageDoor.StartAsync(view.Unwell());
        await using var tab = await OpenAsync(door);

        await tab.ShowsAsync("#verdict-text", "No quorum: this node reaches no majority of the voters");
        await tab.ShowsAsync("#answers", "it cannot know whether the others have a leader");
        Assert.Empty(await tab.TextsAsync("#deeds button"));
        Assert.StartsWith("✕ No quorum", (await tab.ValueAsync("document.title")).GetString(), StringComparison.Ordinal);
        await PageMeasures.FineAsync(tab, "no quorum");
        await tab.ShootAsync("no-quorum");
    }

    private static ClusterEvent Event(int number) => new("something-happened", $"event number {number}", EventScope.Cluster, null, 7);

    /// <summary>Epoch 8, led by the second member.</summary>
    private static ClusterView Led(ClusterView view, EpochPhases phases) => view
        .With(PageViews.Id(1), m => m with
        {
            Role = MemberRole.Follower, Writable = false, ReceiverRunning = true, SourceHost = "10.0.20.102", LagSeconds = 0,
        })
        .With(PageViews.Id(2), m => m with { Role = MemberRole.Leader, Writable = true, ReceiverRunning = false, LagSeconds = null }) with
    {
        Epoch = 8,
        Leader = PageViews.Id(2),
        History =
        [
            .. view.History.Select(e => e with { Open = false, ClosedAt = e.ClosedAt ?? e.OpenedAt.AddHours(1) }),
            view.History[^1] with
            {
                Number = 8, Leader = PageViews.Id(2), Phases = phases, OpenedAt = view.History[^1].OpenedAt.AddHours(1),
            },
        ],
    };

    private async Task<Tab> OpenAsync(PageDoor door)
    {
        var tab = await browser.OpenAsync();
        await tab.SizeAsync(1280, 900);
        await tab.GoAsync(door.Address);
        return tab;
    }
}
