using System.Text.Json;

namespace MySqlHa.Machines.Commands;

/// <summary>What a node says that it is.</summary>
internal static class NodeRole
{
    public const string Leader = "leader";
    public const string Follower = "follower";

    /// <summary>leader, follower, or why it is neither.</summary>
    public static async Task<string> AskAsync(string address, CancellationToken cancellation)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = TimeSpan.FromSeconds(3) };
        try
        {
            using var leader = await client.GetAsync(new Uri($"http://{address}:9631/leader"), cancellation);
            if (leader.IsSuccessStatusCode)
            {
                return Leader;
            }

            using var follower = await client.GetAsync(new Uri($"http://{address}:9631/follower"), cancellation);
            if (follower.IsSuccessStatusCode)
            {
                return Follower;
            }

            using var document = JsonDocument.Parse(await follower.Content.ReadAsStringAsync(cancellation));
            return document.RootElement.TryGetProperty("reasons", out var reasons)
                ? string.Join(", ", reasons.EnumerateArray().Select(r => r.GetProperty("text").GetString()))
                : "neither leads nor follows";
        }
        catch (Exception e)
            when (e is HttpRequestException or JsonException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return "its agent does not answer";
        }
    }
}
