using System.Collections.Concurrent;
using System.Diagnostics;
using MySqlHa.Election;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Elections;

/// <summary>Many candidates at once, judged by what they believed alone.</summary>
[Collection(ElectionServer.Name)]
public sealed class ElectionRaceTests(ElectionServer server, ITestOutputHelper output)
{
    [Fact]
    public async Task Of_64_who_campaign_at_once_for_20_services_one_wins_each_without_a_deadlock()
    {
        var clients = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => server.ConnectAsync()));
        for (var service = 0; service < 20; service++)
        {
            using var gate = new Barrier(64);
            var answers = await Task.WhenAll(clients.Select((client, i) => Task.Factory.StartNew(
                () =>
                {
                    gate.SignalAndWait();
                    using var command = client.CreateCommand();
                    command.CommandText = $"CALL mysqlha_election.campaign('race-{service}', 'c{i}', 60000)";
                    using var reader = command.ExecuteReader();
                    Assert.True(reader.Read());
                    return (
                        Won: Convert.ToInt64(reader["leads"]) == 1, Leader: (string)reader["leader"],
                        Term: Convert.ToInt64(reader["term"]));
                },
                TaskCreationOptions.LongRunning)));
            Assert.Single(answers, a => a.Won);
            Assert.Single(answers.Select(a => a.Leader).Distinct());
            Assert.All(answers, a => Assert.Equal(1, a.Term));
        }

        foreach (var client in clients)
        {
            await client.DisposeAsync();
        }
    }

    [Fact]
    public async Task Candidates_that_resign_and_fall_silent_never_believe_two_at_once()
    {
        var (beliefs, took) = await RunAsync("calm", services: 5, candidatesEach: 8, seconds: 6);
        var terms = beliefs.Select(b => (b.Service, b.Term)).Distinct().Count();
        output.WriteLine($"{beliefs.Count} beliefs, {terms} terms in {took.TotalSeconds:0.0} s");
        Assert.Empty(BeliefCheck.Violations(beliefs));
        Assert.True(terms >= 10, "hardly anybody was elected");
    }

    [Theory]
    [InlineData("SET won = the_holder IS NULL;", "SET won = NOT the_holder <=> candidate;")] // gives it without comparing
    [InlineData("began_us + length_ms * 1000 <= now_us THEN", "began_us + length_ms * 500 <= now_us THEN")] // half the lease
    [InlineData("candidate, the_term + 1, lease_ms", "candidate, the_term, lease_ms")] // the same term for the next one
    public async Task A_procedure_that_is_wrong_is_found_by_what_candidates_believe(string right, string wrong)
    {
        var mutant = ElectionSql.Statements.Select(s => s.Replace(right, wrong, StringComparison.Ordinal)).ToList();
        Assert.NotEqual(ElectionSql.Statements, mutant);
        try
        {
            await server.OwnerAsync(mutant);
            var (beliefs, _) = await RunAsync("mutant", services: 2, candidatesEach: 6, seconds: 4);
            Assert.NotEmpty(BeliefCheck.Violations(beliefs));
        }
        finally
        {
            await server.OwnerAsync(ElectionSql.Statements);
        }
    }

    private async Task<(IReadOnlyCollection<Belief> Beliefs, TimeSpan Took)> RunAsync(
        string name, int services, int candidatesEach, double seconds)
    {
        var beliefs = new ConcurrentQueue<Belief>();
        var began = Stopwatch.GetTimestamp();
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        await Task.WhenAll(
            from service in Enumerable.Range(0, services)
            from candidate in Enumerable.Range(0, candidatesEach)
            select new Candidate(
                $"{name}-{service}", $"c{candidate}", TimeSpan.FromMilliseconds(600), server.ConnectAsync, beliefs,
                (service * 100) + candidate)
                .RunAsync(stop.Token));
        return (beliefs, Stopwatch.GetElapsedTime(began));
    }
}
