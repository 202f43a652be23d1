using System.Text.Json;
using MySqlHa.Infra.Plan;
using Polly;
using Polly.Retry;
using Polly.Timeout;

namespace MySqlHa.Infra.Census;

/// <summary>
/// Asks the nodes' agents over HTTP. <c>/leader</c> answers 200 on one node only: the one that is writable while its lease runs. The
/// census of a node that is cut off may name a leader that is none any more.
/// </summary>
public sealed class HttpCensus : ICensus
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan PerRequest = TimeSpan.FromSeconds(5);
    private readonly int _port;

    /// <param name="port">Of the agents' API.</param>
    public HttpCensus(int port = Ports.Http) => _port = port;

    public async Task<CensusNode> LeaderAsync(IReadOnlyList<CensusNode> nodes, TimeSpan patience)
    {
        using var client = Client();
        var last = "nobody was asked yet";
        var pipeline = new ResiliencePipelineBuilder<CensusNode?>()
            .AddTimeout(patience)
            .AddRetry(new RetryStrategyOptions<CensusNode?>
            {
                ShouldHandle = new PredicateBuilder<CensusNode?>().HandleResult(result: null),
                MaxRetryAttempts = int.MaxValue,
                Delay = Pause,
            })
            .Build();
        try
        {
            return (await pipeline.ExecuteAsync(async cancellation =>
            {
                var answers = await Task.WhenAll(nodes.Select(node => AskAsync(client, node, cancellation)));
                last = string.Join("; ", answers.Select(a => $"{a.Node.Name} ({a.Node.Address}): {a.Text}"));
                return answers.Where(a => a.Leads).MaxBy(a => a.Epoch)?.Node;
            }))!;
        }
        catch (TimeoutRejectedException)
        {
            throw new NoLeaderException(
                $"No node leads after {patience.TotalSeconds:0} s. The census said last: {last}. "
                + "Mend what it names, and look that this machine is in censusFrom; then run pulumi up again.");
        }
    }

    public async Task<CensusNode?> MemberAsync(IReadOnlyList<CensusNode> nodes)
    {
        using var client = Client();
        var answers = await Task.WhenAll(nodes.Select(node => AskAsync(client, node, CancellationToken.None)));
        return answers.Where(a => a.IsAgents).OrderByDescending(a => a.Leads).ThenByDescending(a => a.Epoch).FirstOrDefault()?.Node;
    }

    private static HttpClient Client() => new(new SocketsHttpHandler { UseProxy = false }) { Timeout = PerRequest };

    private async Task<Answer> AskAsync(HttpClient client, CensusNode node, CancellationToken cancellation)
    {
        try
        {
            using var response = await client.GetAsync(new Uri($"http://{node.Address}:{_port}/leader"), cancellation);
            using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellation));
            return new Answer(node, response.IsSuccessStatusCode, Epoch(document.RootElement), Reasons(document.RootElement), true);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Silent(node, $"does not answer within {PerRequest.TotalSeconds:0} s");
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            return Silent(node, $"does not answer ({e.InnerException?.Message ?? e.Message})");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return Silent(node, "does not answer like an agent");
        }
    }

    private static Answer Silent(CensusNode node, string why) => new(node, false, 0, why, false);

    private static long Epoch(JsonElement answer) => answer.TryGetProperty("epoch", out var epoch) ? epoch.GetInt64() : 0;

    private static string Reasons(JsonElement answer) => answer.TryGetProperty("reasons", out var reasons)
        ? string.Join(", ", reasons.EnumerateArray().Select(r => r.GetProperty("text").GetString()))
        : "gives no reason";

    private sealed record Answer(CensusNode Node, bool Leads, long Epoch, string Text, bool IsAgents);
}
