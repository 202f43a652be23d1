using System.Data.Common;
using System.Text.RegularExpressions;
using MySqlHa.Replication;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Elections;

/// <summary>What docs/election.md shows does what it says.</summary>
[Collection(ElectionServer.Name)]
public sealed partial class ElectionSampleTests(ElectionServer server)
{
    [Fact]
    public async Task The_sample_leads_hands_over_and_stops_by_itself()
    {
        await using var database = new Database(server);
        var lease = TimeSpan.FromSeconds(2);
        var (one, other) = (new Election(database, "sample", "one", lease), new Election(database, "sample", "other", lease));
        await one.CampaignAsync(CancellationToken.None);
        await other.CampaignAsync(CancellationToken.None);
        Assert.Equal((true, false, 1L), (one.Leading, other.Leading, one.Term));
        var deadline = TimeProvider.System.GetTimestamp();
        while (!other.Leading)
        {
            Assert.True(TimeProvider.System.GetElapsedTime(deadline) < TimeSpan.FromSeconds(20), "nobody followed");
            await other.CampaignAsync(CancellationToken.None);
            Assert.False(one.Leading && other.Leading);
        }

        Assert.Equal((false, 2L), (one.Leading, other.Term));
    }

    [Fact]
    public void The_documentation_shows_the_class_that_is_tested()
    {
        var shown = CSharp().Match(File.ReadAllText(Path.Combine(Repository.Root, "docs/election.md"))).Groups[1].Value;
        var tested = File.ReadAllText(Path.Combine(Repository.Root, "tests/Election/Election.cs"));
        Assert.Contains(shown.Trim(), tested, StringComparison.Ordinal);
        Assert.Contains("CampaignAsync", shown, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"```csharp\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex CSharp();

    /// <summary>What an application has from its driver.</summary>
    private sealed class Database(ElectionServer server) : DbDataSource
    {
        public override string ConnectionString => "";

        protected override DbConnection CreateDbConnection() => server.Application();

        protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default)
        {
            var connection = CreateDbConnection();
            await MysqlDriver.OpenAsync(connection);
            return connection;
        }
    }
}
