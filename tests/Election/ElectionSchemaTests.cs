using MySqlHa.Election;
using Xunit;

namespace MySqlHa.Tests.Elections;

/// <summary>Installing, again, over what broke off, over an older and a newer one; and what a person asks.</summary>
[Collection(ElectionServer.Name)]
public sealed class ElectionSchemaTests(ElectionServer server)
{
    [Fact]
    public async Task Installing_again_changes_nothing_and_an_older_or_broken_one_is_made_whole_with_its_leases()
    {
        await using var session = await server.SessionAsync();
        Assert.False(await session.InstallAsync());
        _ = await server.CallAsync("campaign('kept', 'a', 60000)");
        foreach (var harm in (string[])["UPDATE version SET version = 0", "DELETE FROM version", "DROP PROCEDURE reaffirm"])
        {
            await server.OwnerAsync(harm);
            Assert.True(await session.InstallAsync(), harm);
            Assert.Equal(ElectionSql.Version, await session.VersionAsync());
            Assert.True((await server.CallAsync("reaffirm('kept', 'a', 1, 60000)")).Flag("leads"), harm);
        }
    }

    [Fact]
    public async Task A_newer_one_and_a_foreign_one_are_left_alone()
    {
        await using var session = await server.SessionAsync();
        try
        {
            await server.OwnerAsync("UPDATE version SET version = 99");
            Assert.Contains("version 99 is installed", (await Assert.ThrowsAsync<ElectionException>(session.InstallAsync)).Message);
            await server.OwnerAsync("UPDATE version SET version = 1", "CREATE TABLE theirs (a INT)");
            Assert.Contains("something else (theirs)", (await Assert.ThrowsAsync<ElectionException>(session.UninstallAsync)).Message);
        }
        finally
        {
            await server.OwnerAsync("UPDATE version SET version = 1", "DROP TABLE IF EXISTS theirs");
        }
    }

    [Fact]
    public async Task A_person_sees_forces_and_asks_for_a_re_election()
    {
        await using var session = await server.SessionAsync();
        var forced = await session.ForceAsync("person's", @"a\b", TimeSpan.FromSeconds(60));
        Assert.Equal(new ForcedLeader("person's", @"a\b", 1, null, 0), forced);
        await session.ReelectAsync("person's");
        var one = Assert.Single(await session.StatusAsync("person's"));
        Assert.Equal((@"a\b", 1, 60_000, true, false), (one.Leader, one.Term, one.LeaseMs, one.Closing, one.Anew));
        Assert.InRange(one.LeftMs, 50_000, 60_000);
        await session.ResignAsync("person's", @"a\b", 1);
        Assert.Null(Assert.Single(await session.StatusAsync("person's")).Leader);
        Assert.Contains(await session.StatusAsync(null), s => s.Service == "person's");
        Assert.Empty(await session.StatusAsync("nobody's"));
    }

    [Fact]
    public void The_file_is_taken_apart_as_the_mysql_client_does()
    {
        Assert.Equal(["A", "B\n  C;\nEND", "D"], ElectionSql.Split("-- x;\nA;\n\nDELIMITER $$\nB\n  C;\nEND$$\nDELIMITER ;\n-- y\nD;\n"));
        _ = Assert.Throws<FormatException>(() => ElectionSql.Split("A;\nB\n"));
    }
}
