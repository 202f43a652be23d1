using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>The page in a real browser: every size of cluster in every kind of window can be read.</summary>
[Collection(ChromiumRoom.Name)]
public sealed class PageLayoutTests(Chromium browser)
{
    [ChromiumTheory]
    [InlineData(1, 3)]
    [InlineData(3, 3)]
    [InlineData(5, 5)]
    [InlineData(7, 7)]
    [InlineData(12, 7)]
    public async Task A_cluster_of_any_size_is_readable_in_a_wide_window_and_on_a_phone_by_day_and_by_night(int count, int voters)
    {
        var view = PageViews.Of(count, voters);
        await using var door = await PageDoor.StartAsync(count < 3 ? view : view.Unwell());
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(1280, 900);
        await tab.GoAsync(door.Address);
        foreach (var (width, dark) in ((int, bool)[])[(1280, false), (1280, true), (820, false), (360, false), (360, true)])
        {
            await tab.SizeAsync(width, 900, dark);
            await tab.UntilAsync(
                "the picture fits the window",
                "document.querySelector('#topology svg').clientWidth === document.querySelector('#topology').clientWidth");
            await PageMeasures.FineAsync(tab, $"{count} members, {width} wide, {(dark ? "dark" : "light")}");
            await tab.ShootAsync($"{count}-{width}-{(dark ? "dark" : "light")}", whole: true);
        }

        Assert.Equal(count, (await tab.TextsAsync("#topology a.node")).Count);
        Assert.Equal(count < 3 ? 0 : count - 2, (await tab.TextsAsync("#topology .link.flows")).Count);
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task The_measures_notice_what_cannot_be_read()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(360, 900);
        await tab.GoAsync(door.Address);
        await PageMeasures.FineAsync(tab, "before");

        _ = await tab.ValueAsync("(() => { const e = document.createElement('p'); e.textContent = 'pale'; e.style.color = '#999'; "
            + "e.style.background = '#aaa'; e.style.width = '400px'; document.querySelector('main').append(e); })()");
        _ = await tab.ValueAsync("document.querySelectorAll('#topology .words').forEach(w => w.setAttribute('y', 40))");

        Assert.Contains(await PageMeasures.ContrastAsync(tab), w => w.Contains("pale", StringComparison.Ordinal));
        Assert.NotEmpty(await PageMeasures.OverflowAsync(tab));
        Assert.NotEmpty(await PageMeasures.OverlapsAsync(tab));
        await tab.SizeAsync(1280, 900);
        Assert.Empty(await PageMeasures.BarsAsync(tab));
        _ = await tab.ValueAsync(
            "document.querySelectorAll('#phases .what').forEach(w => { w.style.left = 'auto'; w.style.right = '100%'; })");
        Assert.NotEmpty(await PageMeasures.BarsAsync(tab));
        _ = await tab.ValueAsync("fetch('http://127.0.61.99/').catch(() => 0)");
        Assert.NotEmpty(tab.Complaints); // its own policy keeps it from asking elsewhere
    }

    [ChromiumFact]
    public async Task A_member_that_follows_another_one_is_drawn_behind_that_one()
    {
        var view = PageViews.Of(5, 5);
        await using var door = await PageDoor.StartAsync(view.With(PageViews.Id(4), m => m with { SourceHost = "10.0.20.102" }));
        await using var tab = await browser.OpenAsync();
        await tab.GoAsync(door.Address);

        var links = await tab.ValueAsync(
            "[...document.querySelectorAll('#topology .link.flows')].map(l => l.dataset.from.slice(-1) + l.dataset.to.slice(-1)).sort()");
        Assert.Equal("""["12","13","15","24"]""", links.GetRawText());
        Assert.Contains("follows database-2", await tab.TextsAsync($"a[data-id='{PageViews.Id(4).Hex}'] text"));
        Assert.Contains("of database-2", await tab.TextAsync($"#m-{PageViews.Id(4).Hex}"), StringComparison.Ordinal);
    }

    [ChromiumFact]
    public async Task Names_that_look_like_markup_stay_text()
    {
        const string Evil = "<script>document.title='got'</script><img src=x onerror=alert(1)>";
        var view = PageViews.Of(3, 3)
            .With(PageViews.Id(2), m => m with { Name = Evil, Problems = [new Reason("x", Evil)], Activity = Evil });
        await using var door = await PageDoor.StartAsync(view with { Reasons = [new Reason("y", Evil + "!")] });
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(360, 900);
        await tab.GoAsync(door.Address);
        door.Tell(new ClusterEvent("z", Evil, EventScope.Cluster));
        await tab.ShowsAsync("#events", Evil);
        await tab.ClickAsync("#deeds button");
        await tab.ShowsAsync("#dialog", Evil);

        const string Parsed = "document.querySelectorAll('main img, main script, dialog img, dialog script').length";
        Assert.Equal(0, (await tab.ValueAsync(Parsed)).GetInt32());
        Assert.Contains(Evil, await tab.TextAsync("#reasons"), StringComparison.Ordinal);
        Assert.Contains(Evil, await tab.TextAsync("#members"), StringComparison.Ordinal);
        Assert.DoesNotContain("got", (await tab.ValueAsync("document.title")).GetString()![..3], StringComparison.Ordinal);
        Assert.Empty(await PageMeasures.OverflowAsync(tab));
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task Only_the_verdict_is_told_aloud_and_who_wants_no_motion_sees_none()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(1280, 900);
        await tab.GoAsync(door.Address);
        const string Moving = "document.getAnimations().filter(a => a.playState === 'running').length";

        var aloud = await tab.ValueAsync("[...document.querySelectorAll('[role=status], [role=alert], [role=log], [aria-live]')]"
            + ".filter(e => !e.closest('dialog')).map(e => e.id)");
        Assert.Equal("""["verdict-text"]""", aloud.GetRawText());
        Assert.NotEqual(0, (await tab.ValueAsync(Moving)).GetInt32());
        await tab.SizeAsync(1280, 900, still: true);
        await tab.UntilAsync("nothing moves", $"{Moving} === 0");
    }
}
