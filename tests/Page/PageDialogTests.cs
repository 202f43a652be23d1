using MySqlHa.Cluster;
using MySqlHa.Tests.Api;
using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>What a person asks for on the page, in a real browser: named first, asked once, answered.</summary>
[Collection(ChromiumRoom.Name)]
public sealed class PageDialogTests(Chromium browser)
{
    private const string Do = "#dialog-do";

    [ChromiumFact]
    public async Task A_switchover_by_keyboard_alone_names_who_leads_next_and_asks_once()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await OpenAsync(door);

        await tab.TabToAsync("#deeds button");
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "It can be done now");
        Assert.Contains(
            "The best follower will lead, which is database-2 (10.0.20.102) now; database-1 (10.0.20.101) becomes its follower.",
            await tab.TextAsync("#dialog"),
            StringComparison.Ordinal);
        await tab.PressAsync("ArrowDown"); // the next choice: a certain follower
        await tab.PressAsync("ArrowDown");
        await tab.ShowsAsync("#dialog", "database-3 (10.0.20.103) will lead; database-1 (10.0.20.101) becomes its follower.");
        await tab.ShowsAsync("#dialog", "no commit is lost");
        await tab.ShowsAsync("#dialog", "closed once (3 of them come through this node)");
        await PageMeasures.FineAsync(tab, "a dialog");
        await tab.ShootAsync("dialog");

        await tab.TabToAsync("#token");
        await tab.TypeAsync(PageDoor.Token);
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "db2 (127.0.61.2) leads epoch 8");
        Assert.True(await tab.HoldsAsync("document.activeElement.id === 'dialog-close' && document.querySelector('#dialog-do').hidden"));

        var asked = Assert.Single(door.Done);
        Assert.Equal(("POST", "/v1/switchover"), (asked.Method, asked.Path));
        Assert.Equal($$"""{"to":"{{PageViews.Id(3).Hex}}","seenEpoch":7,"dryRun":false}""", asked.Body);
        await tab.PressAsync("Escape");
        await tab.UntilAsync("it is closed, and the keyboard is where it was",
            "!document.querySelector('#dialog').open && document.activeElement.matches('#deeds button')");
        PageMeasures.Quiet(tab, door.Address);
    }

    [ChromiumFact]
    public async Task Escape_leaves_all_as_it_is()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await OpenAsync(door);

        await tab.ClickAsync("#deeds button:nth-child(2)");
        await tab.ShowsAsync("#dialog", "If database-1 (10.0.20.101) is lost, nobody takes over: writes stop until a human acts.");
        await tab.PressAsync("Escape");

        await tab.UntilAsync("it is closed", "!document.querySelector('#dialog').open");
        Assert.Empty(door.Asked);
    }

    [ChromiumFact]
    public async Task Pressed_twice_it_is_asked_once()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        var held = new TaskCompletionSource();
        door.Answer = _ => (200, PageDoor.Said("done", "paused", "automatic failover is paused"));
        await using var tab = await OpenAsync(door, signedIn: true);
        door.Delay = held.Task;

        await tab.ClickAsync("#deeds button:nth-child(2)");
        await tab.ShowsAsync("#dialog", "writes stop until a human acts");
        await tab.ClickAsync(Do, times: 2);
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "Asked");
        held.SetResult();
        await tab.ShowsAsync("#dialog-answer", "automatic failover is paused");

        var asked = Assert.Single(door.Done);
        Assert.Equal(("PUT", "/v1/pause", """{"seenEpoch":7}"""), (asked.Method, asked.Path, asked.Body));
    }

    [ChromiumFact]
    public async Task What_is_unsafe_is_not_offered_and_the_reasons_are_shown()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Answer = _ => (409, PageDoor.Said("refused", "behind", "database-3 lags 31 s"));
        await using var tab = await OpenAsync(door, signedIn: true);

        await tab.ClickAsync($"#m-{PageViews.Id(3).Hex} .deeds button");
        await tab.ShowsAsync("#dialog-answer", "database-3 lags 31 s");

        Assert.True(await tab.HoldsAsync("document.querySelector('#dialog-do').disabled"));
        Assert.True(await tab.HoldsAsync("document.querySelectorAll('#dialog input[type=radio]')[2].checked"));
        Assert.Empty(door.Done);
    }

    [ChromiumFact]
    public async Task Data_is_thrown_away_only_by_who_types_the_members_name()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Answer = _ => (504, PageDoor.Said("unknown", "timed-out", "still under way after 30 s"));
        await using var tab = await OpenAsync(door, signedIn: true);

        await tab.ClickAsync($"#m-{PageViews.Id(2).Hex} .deeds button:last-child");
        await tab.ShowsAsync("#dialog", "All data of database-2 (10.0.20.102) is thrown away and cloned anew from another member.");
        await tab.ShowsAsync(
            "#dialog", "Meanwhile database-3 can acknowledge commits, and each needs 1: if one more is lost, writes wait.");
        await tab.TypeAsync("database-");
        Assert.True(await tab.HoldsAsync("document.querySelector('#dialog-do').disabled"));
        await tab.PressAsync("Enter");
        Assert.Empty(door.Asked);
        await tab.TypeAsync("2");
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "look before you ask again");

        var asked = Assert.Single(door.Done);
        Assert.Equal($"/v1/members/{PageViews.Id(2).Hex}/reinit", asked.Path);
    }

    [ChromiumFact]
    public async Task A_switchover_is_planned_for_a_time()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await OpenAsync(door, signedIn: true);

        await tab.ClickAsync("#deeds button");
        await tab.ShowsAsync("#dialog-answer", "It can be done now");
        const string At = "document.querySelector('#plan-at')";
        _ = await tab.ValueAsync($"{At}.value = '2030-03-01T14:00', {At}.dispatchEvent(new Event('change'))");
        await tab.UntilAsync("it is to be planned", "document.querySelector('#dialog-do').textContent === 'Plan the switchover'");
        await tab.ShowsAsync("#dialog", "until then it can be cancelled");
        await tab.UntilAsync("it may be asked for", "!document.querySelector('#dialog-do').disabled");
        await PageMeasures.FineAsync(tab, "a dialog with a time");
        await tab.ShootAsync("dialog-time");
        await tab.ClickAsync(Do);
        await tab.ShowsAsync("#dialog-answer", "Done");

        var checkedFor = door.Asked[^2];
        var asked = Assert.Single(door.Done);
        var at = await tab.ValueAsync("new Date('2030-03-01T14:00').toISOString()");
        Assert.Equal($$"""{"to":null,"seenEpoch":7,"dryRun":false,"at":"{{at}}"}""", asked.Body);
        Assert.Equal($$"""{"to":null,"seenEpoch":7,"dryRun":true,"at":"{{at}}"}""", checkedFor.Body);
    }

    [ChromiumFact]
    public async Task A_planned_switchover_is_cancelled()
    {
        var at = DateTimeOffset.UtcNow.AddHours(1);
        var plan = new PlanView(at, PageViews.Id(2), at.AddHours(-2), "the switchover to database-2 at 14:00");
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3) with { Plan = plan, Paused = true });
        await using var tab = await OpenAsync(door, signedIn: true);

        Assert.Equal(["Switch over …", "Cancel the planned switchover …", "Resume failover …"], await tab.TextsAsync("#deeds button"));
        await tab.ClickAsync("#deeds button:nth-child(2)");
        await tab.ShowsAsync("#dialog", "The switchover to database-2 at 14:00, which is planned, is dropped; ");
        await tab.ShowsAsync("#dialog", "database-1 (10.0.20.101) leads on.");
        await tab.ClickAsync(Do);
        await tab.ShowsAsync("#dialog-answer", "Done");

        Assert.Equal(("DELETE", "/v1/switchover"), (door.Done.Single().Method, door.Done.Single().Path));
    }

    [ChromiumFact]
    public async Task A_token_that_is_not_taken_is_asked_for_again_and_one_that_is_stays_in_the_tab_until_it_is_forgotten()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await OpenAsync(door);

        await tab.ClickAsync("#deeds button:nth-child(2)");
        await tab.ClickAsync(Do);
        await tab.ShowsAsync("#dialog-answer", "a change needs a token of role admin");
        await tab.TypeAsync("wrong");
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "no such token is in force here");
        await tab.TypeAsync(PageDoor.Token);
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "Done");
        await tab.PressAsync("Escape");

        Assert.Equal("password", (await tab.ValueAsync("document.querySelector('#token').type")).GetString());
        Assert.Equal("", (await tab.ValueAsync("document.querySelector('#token').value")).GetString());
        var elsewhere = (await tab.ValueAsync("JSON.stringify({ ...localStorage }) + document.cookie")).GetString()!;
        Assert.DoesNotContain(PageDoor.Token, elsewhere, StringComparison.Ordinal);
        await tab.ClickAsync("#forget");
        Assert.Equal(0, (await tab.ValueAsync("sessionStorage.length")).GetInt32());
        Assert.True(await tab.HoldsAsync("document.querySelector('#forget').hidden"));
    }

    [ChromiumFact]
    public async Task Over_a_line_that_others_can_hear_nothing_is_asked_for_and_no_token_is_sent()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(360, 900);
        await tab.GoAsync(new Uri($"http://{Chromium.FarHost}:{door.Address.Port}"));
        _ = await tab.ValueAsync($"sessionStorage.setItem('mysqlha-token', '{PageDoor.Token}')");

        await tab.ClickAsync("#deeds button");
        await tab.ShowsAsync("#dialog", $"https://{Chromium.FarHost}:{door.Address.Port}/census");
        await tab.ShowsAsync("#dialog-answer", "It can be done now");

        Assert.True(await tab.HoldsAsync("document.querySelector('#dialog-do').disabled"));
        Assert.True(await tab.HoldsAsync("document.querySelector('#dialog-token').hidden"));
        Assert.All(door.Asked, a => Assert.Equal("", a.Token));
        Assert.NotEmpty(door.Asked);
        await PageMeasures.FineAsync(tab, "the dialog on a phone, over a plain line");
    }

    [ChromiumFact]
    public async Task Where_the_epoch_changes_meanwhile_nothing_is_asked_for_any_more()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        await using var tab = await OpenAsync(door, signedIn: true);

        await tab.ClickAsync("#deeds button");
        await tab.ShowsAsync("#dialog-answer", "It can be done now");
        door.Api.View = door.Api.View with { Epoch = 8 };
        await tab.ShowsAsync("#dialog-answer", "It was 7, it is 8 now");

        Assert.True(await tab.HoldsAsync("document.querySelector('#dialog-do').disabled"));
    }

    [ChromiumFact]
    public async Task Where_looking_needs_a_token_the_page_asks_for_it()
    {
        await using var door = await PageDoor.StartAsync(PageViews.Of(3, 3));
        door.Closed = true;
        await using var tab = await browser.OpenAsync();
        _ = await tab.AskAsync("Page.navigate", new() { ["url"] = new Uri(door.Address, "/census").ToString() });

        await tab.ShowsAsync("#verdict", "This node asks for a token");
        await tab.ClickAsync("#deeds button");
        await tab.TypeAsync(PageDoor.Token);
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#verdict", "database-1 leads and takes writes");
    }

    [ChromiumFact]
    public async Task What_the_page_asks_for_is_what_the_real_api_takes()
    {
        await using var api = await RunningApi.StartAsync(PageViews.Of(3, 3) with
        {
            Plan = new PlanView(DateTimeOffset.UtcNow.AddHours(1), null, DateTimeOffset.UtcNow, "the switchover at 14:00"),
        });
        await using var tab = await browser.OpenAsync();
        await tab.SizeAsync(1280, 900);
        await tab.GoAsync(api.Address);
        api.Book.Add(DateTimeOffset.UtcNow, [new ClusterEvent("epoch-opened", "epoch 7 is open", EventScope.Cluster, PageViews.Id(1), 7)]);
        await tab.ShowsAsync("#events li", "epoch 7 is open");
        await tab.ShowsAsync("#events-state", "as they happen");
        _ = await tab.ValueAsync($"sessionStorage.setItem('mysqlha-token', '{RunningApi.Token}')");

        await DoAsync(tab, $"#m-{PageViews.Id(3).Hex} .deeds button:first-child");
        await DoAsync(tab, "#deeds button:nth-child(2)");
        await DoAsync(tab, "#deeds button:nth-child(3)");
        await DoAsync(tab, $"#m-{PageViews.Id(2).Hex} .deeds button:last-child", typed: "database-2");
        api.View = api.View with { Paused = true };
        await tab.ShowsAsync("#verdict-text", "failover is paused");
        await DoAsync(tab, "#deeds button:nth-child(3)");

        OperatorRequest[] wanted =
        [
            new SwitchoverCheckRequest(7, PageViews.Id(3)), new SwitchoverRequest(7, PageViews.Id(3)), new CancelSwitchoverRequest(7),
            new PauseRequest(7, Paused: true), new ReinitRequest(7, PageViews.Id(2)), new PauseRequest(7, Paused: false),
        ];
        Assert.Equal(wanted, api.Asked);
        PageMeasures.Quiet(tab, api.Address);
    }

    private static async Task DoAsync(Tab tab, string button, string typed = "")
    {
        await tab.ClickAsync(button);
        await tab.UntilAsync("a dialog", "document.querySelector('#dialog').open");
        if (typed.Length > 0)
        {
            await tab.TypeAsync(typed);
        }

        await tab.UntilAsync("it may be asked for", "!document.querySelector('#dialog-do').disabled");
        await tab.ClickAsync(Do);
        await tab.ShowsAsync("#dialog-answer", "Done");
        await tab.PressAsync("Escape");
        await tab.UntilAsync("it is closed", "!document.querySelector('#dialog').open");
    }

    private async Task<Tab> OpenAsync(PageDoor door, bool signedIn = false)
    {
        var tab = await browser.OpenAsync();
        await tab.SizeAsync(1280, 900);
        await tab.GoAsync(door.Address);
        if (signedIn)
        {
            _ = await tab.ValueAsync($"sessionStorage.setItem('mysqlha-token', '{PageDoor.Token}')");
        }

        return tab;
    }
}
