using System.Text.Json;
using MySqlHa.Ring;
using MySqlHa.Sandbox;
using MySqlHa.Tests.Page;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The page of a node of a real cluster, in a real browser, while the cluster changes its leader.</summary>
[Collection(ClusterRoom.Name)]
public sealed class PageTests(SandboxCluster cluster, ITestOutputHelper output) : IAsyncLifetime
{
    private readonly Chromium _browser = new();

    public Task InitializeAsync() => _browser.InitializeAsync();

    public Task DisposeAsync() => _browser.DisposeAsync();

    [ChromiumFact]
    public async Task A_person_who_looks_on_sees_the_failover_and_then_how_long_each_phase_took()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var looking = SandboxCluster.Numbers.First(n => n != leader);
        var address = new Uri($"http://{SandboxCluster.AddressOf(looking)}:9631");
        var epoch = await cluster.EpochAsync(looking);
        await using var tab = await _browser.OpenAsync();
        await tab.SizeAsync(1280, 1000);
        await tab.GoAsync(address);
        await tab.ShowsAsync("#verdict-text", $"node{leader} leads and takes writes", within: 20);
        await tab.UntilAsync("both followers receive", "document.querySelectorAll('#topology .link.flows').length === 2", within: 20);
        await PageMeasures.FineAsync(tab, "a real cluster");
        await tab.ShootAsync("real-before");

        await SandboxCluster.RunAsync("kill", leader.ToString(System.Globalization.CultureInfo.InvariantCulture), "--mysqld");
        await tab.UntilAsync(
            "another leads, as the page says",
            $"/^node[0-9] leads and takes writes/.test(document.querySelector('#verdict-text').innerText) "
            + $"&& !document.querySelector('#verdict-text').innerText.startsWith('node{leader} ')",
            within: 40);
        await tab.ShowsAsync("#change-head", $"Change to epoch {epoch + 1}");
        await tab.UntilAsync("its phases are told", "document.querySelectorAll('#phases .bar:not(.none)').length >= 4", within: 20);
        await tab.ShootAsync("real-after", whole: true);
        output.WriteLine(await tab.TextAsync("#phases"));

        // The page tells what the cluster tells.
        var phases = (await cluster.ViewAsync(looking)).GetProperty("history").EnumerateArray()
            .Single(e => e.GetProperty("number").GetInt64() == epoch + 1).GetProperty("phases");
        var told = await tab.TextsAsync("#phases .bar:not(.none) .phase");
        Assert.All(told, name => Assert.Equal(JsonValueKind.Number, phases.GetProperty(name).ValueKind));
        Assert.Contains("established", told);
        await tab.UntilAsync("the old leader follows again", "document.querySelectorAll('#topology .link.flows').length === 2", within: 40);
        await tab.ShowsAsync("#verdict.ok", "A failover would work now", within: 20);
        Assert.True(await tab.HoldsAsync("document.querySelectorAll('#events li').length > 2"));
        await tab.ShowsAsync("#events-state", "as they happen");
        PageMeasures.Quiet(tab, address);
    }

    [ChromiumFact]
    public async Task A_switchover_asked_for_in_the_pages_dialog_is_done_and_its_answer_read_there()
    {
        var leader = (await cluster.ReadyAsync()).LeaderNumber;
        var (looking, next) = (SandboxCluster.Numbers.First(n => n != leader), SandboxCluster.Numbers.Last(n => n != leader));
        var address = new Uri($"http://{SandboxCluster.AddressOf(looking)}:9631");
        await using var tab = await _browser.OpenAsync();
        await tab.SizeAsync(1280, 1000);
        await tab.GoAsync(address);
        await tab.ShowsAsync("#verdict.ok", $"node{leader} leads and takes writes", within: 30);

        await tab.ClickAsync($"#members tr:nth-child({next}) .deeds button");
        await tab.ShowsAsync("#dialog-answer", "It can be done now", within: 20);
        var (from, to) = (SandboxCluster.AddressOf(leader), SandboxCluster.AddressOf(next));
        await tab.ShowsAsync("#dialog", $"node{next} ({to}) will lead; node{leader} ({from}) becomes its follower.");
        await tab.ClickAsync("#token");
        await tab.TypeAsync(RingKey.Load(SandboxPlace.At(SandboxCluster.BaseIp, FaultCluster.Home).RingKeyFile).ApiToken);
        await tab.PressAsync("Enter");
        await tab.ShowsAsync("#dialog-answer", "Done", within: 40);
        output.WriteLine(await tab.TextAsync("#dialog-answer"));
        await tab.ShootAsync("real-switchover");
        await tab.PressAsync("Escape");

        await tab.ShowsAsync("#verdict.ok", $"node{next} leads and takes writes", within: 30);
        await tab.ShowsAsync("#phases", "from when it was asked for until a commit was acknowledged", within: 20);
        output.WriteLine(await tab.TextAsync("#phases"));
        _ = await cluster.OtherLeaderAsync(leader, within: 5);
        PageMeasures.Quiet(tab, address);
    }

}
