using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.Elections;

/// <summary>Each procedure's contract, by an application's account on a real mysqld.</summary>
[Collection(ElectionServer.Name)]
public sealed class ElectionTests(ElectionServer server)
{
    private static int _last;

    // Each test has services of its own.
    private readonly string _jobs = $"jobs-{Interlocked.Increment(ref _last)}";

    [Fact]
    public async Task The_first_candidate_wins_the_second_is_told_who_and_a_reaffirmation_keeps_the_term()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        var second = await CampaignAsync("b");
        Expect(second, leads: false, "a", 1);
        Assert.InRange(second.Number("left_ms"), 50_000, 60_000);
        Assert.Equal(0, second.Number("hold_ms"));
        var again = await CampaignAsync("a");
        Expect(again, leads: true, "a", 1);
        Assert.Equal(54_000, again.Number("hold_ms"));
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'a', 1, 60000)"), leads: true, "a", 1);
        Assert.Equal("a", (await server.CallAsync($"leader('{_jobs}')"))["leader"]);
        Assert.True((await server.CallAsync($"leads('{_jobs}', 'a')")).Flag("leads"));
        Assert.False((await server.CallAsync($"leads('{_jobs}', 'b')")).Flag("leads"));
        Assert.Null((await server.CallAsync("leader('never heard of')"))["leader"]);
    }

    [Fact]
    public async Task Who_did_not_reaffirm_loses_the_lead_to_the_next_term()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await PassAsync(59);
        Expect(await CampaignAsync("b"), leads: false, "a", 1);
        await PassAsync(2);
        Assert.Null((await server.CallAsync($"leader('{_jobs}')"))["leader"]);
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'a', 1, 60000)"), leads: false, null, 1);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'a', 1, 60000)"), leads: false, "b", 2);
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'b', 1, 60000)"), leads: false, "b", 2);
        await PassAsync(61);
        Expect(await CampaignAsync("b"), leads: true, "b", 3);
    }

    [Fact]
    public async Task Who_resigns_is_followed_at_once_and_nobody_resigns_for_another_term()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        Expect(await server.CallAsync($"resign('{_jobs}', 'b', 1)"), leads: false, "a", 1);
        Expect(await server.CallAsync($"resign('{_jobs}', 'a', 2)"), leads: false, "a", 1);
        Expect(await server.CallAsync($"resign('{_jobs}', 'a', 1)"), leads: false, null, 1);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
    }

    [Fact]
    public async Task A_forced_leader_has_the_next_term_and_the_former_one_is_named()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        var forced = await server.CallAsync($"force_leader('{_jobs}', 'c', 60000)");
        Assert.Equal(("c", 2, "a"), (forced["leader"], forced.Number("term"), forced["former"]));
        Assert.InRange(forced.Number("former_left_ms"), 50_000, 60_000);
        Expect(await CampaignAsync("a"), leads: false, "c", 2);
        Expect(await CampaignAsync("c"), leads: true, "c", 2);
        Assert.Equal(2, (await server.CallAsync($"force_leader('{_jobs}', 'c', 60000)")).Number("term"));
    }

    [Fact]
    public async Task After_a_call_for_re_election_nobody_leads_before_the_lease_is_over_or_given_back()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        Expect(await server.CallAsync($"reelect('{_jobs}')"), leads: false, "a", 1);
        Expect(await CampaignAsync("a"), leads: false, "a", 1);
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'a', 1, 60000)"), leads: false, "a", 1);
        Expect(await CampaignAsync("b"), leads: false, "a", 1);
        Expect(await server.CallAsync($"resign('{_jobs}', 'a', 1)"), leads: false, null, 1);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
        Expect(await server.CallAsync($"reelect('{_jobs}')"), leads: false, "b", 2);
        await PassAsync(61);
        Expect(await CampaignAsync("a"), leads: true, "a", 3);
    }

    [Fact]
    public async Task A_lease_is_never_made_shorter_by_its_holder()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        var shorter = await server.CallAsync($"campaign('{_jobs}', 'a', 1000)");
        Assert.Equal(900, shorter.Number("hold_ms"));
        await PassAsync(50);
        Expect(await CampaignAsync("b"), leads: false, "a", 1);
    }

    [Theory]
    [InlineData(0, "another server, whose clock is this one's")]
    [InlineData(-10_000, "its clock is behind")]
    [InlineData(10_000, "its clock is ahead")]
    public async Task A_lease_that_another_server_wrote_begins_anew_and_no_more_than_once(int apart, string why)
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await server.OwnerAsync(
            $"UPDATE lease SET server = UUID(), renewed_us = renewed_us + 1000000 * ({apart}) WHERE service = '{_jobs}'");
        Assert.True((await server.CallAsync($"leader('{_jobs}')")).Flag("anew"), why);
        var first = await CampaignAsync("b");
        Expect(first, leads: false, "a", 1);
        Assert.InRange(first.Number("left_ms"), 59_999, 60_000);
        await PassAsync(59);
        Expect(await CampaignAsync("b"), leads: false, "a", 1);
        await PassAsync(2);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
    }

    [Fact]
    public async Task The_holder_leads_on_in_its_term_on_another_server()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await server.OwnerAsync($"UPDATE lease SET server = UUID(), renewed_us = 1 WHERE service = '{_jobs}'");
        Expect(await server.CallAsync($"reaffirm('{_jobs}', 'a', 1, 60000)"), leads: true, "a", 1);
        Expect(await CampaignAsync("b"), leads: false, "a", 1);
    }

    [Fact]
    public async Task A_clock_that_was_set_back_costs_one_lease_of_waiting_at_most()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await PassAsync(-3600);
        Assert.InRange((await CampaignAsync("b")).Number("left_ms"), 59_999, 60_000);
        await PassAsync(61);
        Expect(await CampaignAsync("b"), leads: true, "b", 2);
    }

    [Fact]
    public async Task A_session_that_sets_its_clock_zone_mode_or_collation_changes_nothing()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await using var odd = await server.ConnectAsync();
        foreach (var setting in (string[])[
            "timestamp = 2147000000", "timestamp = 1", "time_zone = '+14:00'", "sql_mode = ''",
            "sql_mode = 'ANSI_QUOTES,PAD_CHAR_TO_FULL_LENGTH'", "collation_connection = latin1_general_ci",
            "transaction_isolation = 'SERIALIZABLE'", "transaction_read_only = 1", "autocommit = 0"])
        {
            await odd.ExecuteAsync($"SET SESSION {setting}");
            Expect(await odd.RowAsync($"CALL mysqlha_election.campaign('{_jobs}', 'b', 60000)"), leads: false, "a", 1);
            Expect(await odd.RowAsync($"CALL mysqlha_election.campaign('{_jobs}', 'A', 60000)"), leads: false, "a", 1);
            Expect(await odd.RowAsync($"CALL mysqlha_election.campaign('{_jobs}', 'a ', 60000)"), leads: false, "a", 1);
            Assert.InRange((await odd.RowAsync($"CALL mysqlha_election.leader('{_jobs}')")).Number("left_ms"), 50_000, 60_000);
        }

        Expect(await odd.RowAsync($"CALL mysqlha_election.campaign('{_jobs}', 'a', 60000)"), leads: true, "a", 1);
    }

    [Fact]
    public async Task Every_yes_is_a_commit_and_a_no_is_none()
    {
        foreach (var (call, yes) in ((string, bool)[])[
            ($"campaign('{_jobs}', 'a', 60000)", true), ($"campaign('{_jobs}', 'a', 60000)", true),
            ($"campaign('{_jobs}', 'a', 100)", true),
            ($"reaffirm('{_jobs}', 'a', 1, 100)", true), ($"campaign('{_jobs}', 'b', 60000)", false)])
        {
            var before = await CommittedAsync();
            Assert.Equal(yes, (await server.CallAsync(call)).Flag("leads"));
            Assert.True(yes == (before != await CommittedAsync()), call);
        }
    }

    [Theory]
    [InlineData("campaign('', 'a', 1000)", "service '' has 0 characters; allowed: 1 to 128")]
    [InlineData("campaign(NULL, 'a', 1000)", "service is NULL; allowed: 1 to 128 characters")]
    [InlineData("campaign(REPEAT('x', 129), 'a', 1000)", "service 'xxxxxxxxxxxxxxxxxxxx...' has 129 characters; allowed: 1 to 128")]
    [InlineData("leads('x', 'a\\tb')", "candidate 'a?b' has a control character; allowed: 1 to 128 characters without")]
    [InlineData("campaign('x', 'a', 99)", "lease_ms is 99; allowed: 100 to 86400000 (a tenth of a second to a day)")]
    [InlineData("force_leader('x', 'a', NULL)", "lease_ms is NULL; allowed: 100 to 86400000 (a tenth of a second to a day)")]
    [InlineData("reaffirm('x', 'a', NULL, 1000)", "term is NULL; allowed: the number that campaign gave")]
    public async Task A_bad_argument_is_refused_with_its_name_its_value_and_what_is_allowed(string call, string told) =>
        Assert.Equal(told, await server.RefusedAsync($"CALL mysqlha_election.{call}"));

    [Fact]
    public async Task Names_of_every_kind_are_told_apart()
    {
        foreach (var name in (string[])["ä", "a", "A", "😀", "a ", "b\u0301", new string('é', 128)])
        {
            Expect(await server.CallAsync($"campaign('{name}', '{name}', 60000)"), leads: true, name, 1);
        }
    }

    [Fact]
    public async Task Within_a_transaction_it_is_refused_and_the_transaction_goes_on()
    {
        const string Told = "a transaction is under way: end it first; allowed within one: fence(service, term)";
        Assert.Equal(Told, await server.RefusedAsync($"BEGIN; CALL mysqlha_election.campaign('{_jobs}', 'a', 1000)"));
        await using var client = await server.ConnectAsync();
        await client.ExecuteAsync("CREATE SCHEMA IF NOT EXISTS shop");
        await client.ExecuteAsync("CREATE TABLE IF NOT EXISTS shop.t (a INT)");
        await client.ExecuteAsync("BEGIN");
        await client.ExecuteAsync("INSERT INTO shop.t VALUES (1)");
        _ = await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(
            () => client.ExecuteAsync($"CALL mysqlha_election.campaign('{_jobs}', 'a', 1000)"));
        await client.ExecuteAsync("ROLLBACK");
        Assert.Equal(0, (await client.RowAsync("SELECT COUNT(*) AS n FROM shop.t")).Number("n"));
    }

    [Fact]
    public async Task A_fence_lets_no_other_term_begin_before_the_transaction_ends()
    {
        Expect(await CampaignAsync("a"), leads: true, "a", 1);
        await using var work = await server.ConnectAsync();
        await work.ExecuteAsync("BEGIN");
        await work.ExecuteAsync($"CALL mysqlha_election.fence('{_jobs}', 1)");
        var forced = server.CallAsync($"force_leader('{_jobs}', 'b', 60000)");
        Assert.NotSame(forced, await Task.WhenAny(forced, Task.Delay(300)));
        await work.ExecuteAsync("COMMIT");
        Assert.Equal(2, (await forced).Number("term"));
        var told = await server.RefusedAsync($"BEGIN; CALL mysqlha_election.fence('{_jobs}', 1)", state: "45001");
        Assert.Equal($"service '{_jobs}' is in term 2, not in term 1", told);
        _ = await server.CallAsync($"resign('{_jobs}', 'b', 2)");
        Assert.Contains("without a leader", await server.RefusedAsync($"CALL mysqlha_election.fence('{_jobs}', 2)", state: "45001"));
    }

    [Theory]
    [InlineData("UPDATE mysqlha_election.lease SET holder = 'me'")]
    [InlineData("INSERT INTO mysqlha_election.lease (service) VALUES ('x')")]
    [InlineData("DELETE FROM mysqlha_election.lease")]
    [InlineData("UPDATE mysqlha_election.leaders SET holder = 'me'")]
    [InlineData("DROP TABLE mysqlha_election.lease")]
    [InlineData("DROP SCHEMA mysqlha_election")]
    [InlineData("DROP PROCEDURE mysqlha_election.campaign")]
    [InlineData("CREATE PROCEDURE mysqlha_election.mine() SELECT 1")]
    public async Task An_application_cannot_write_the_table_nor_change_the_procedures(string statement) =>
        Assert.Matches("denied", await server.RefusedAsync(statement, state: "42000"));

    private Task<Row> CampaignAsync(string candidate) => server.CallAsync($"campaign('{_jobs}', '{candidate}', 60000)");

    private async Task<string> CommittedAsync() => (await server.QueryAsync("SELECT @@gtid_executed AS gtids"))[0].Text("gtids");

    /// <summary>As if so much time had gone by.</summary>
    private Task PassAsync(int seconds) =>
        server.OwnerAsync($"UPDATE lease SET renewed_us = renewed_us - 1000000 * ({seconds}) WHERE service = '{_jobs}'");

    private static void Expect(Row row, bool leads, string? leader, long term) =>
        Assert.Equal((leads, leader, term), (row.Flag("leads"), row["leader"], row.Number("term")));
}
