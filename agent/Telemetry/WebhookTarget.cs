using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>Where events are posted to.</summary>
/// <param name="Events">Codes; empty: all.</param>
/// <param name="Secret">What bodies are signed with; empty: they are not.</param>
public sealed record WebhookTarget(Uri Url, ImmutableSortedSet<string> Events, ImmutableArray<byte> Secret)
{
    public bool Wants(ClusterEvent one) => Events.IsEmpty || Events.Contains(one.Code);

    /// <summary>What goes with each try: the time in the signature is that of the try.</summary>
    internal IEnumerable<(string Name, string Value)> Headers(WebhookMessage message)
    {
        yield return ("MySqlHa-Event", message.Code);
        yield return ("MySqlHa-Id", message.Id);
        if (!Secret.IsEmpty)
        {
            var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
            yield return ("MySqlHa-Signature", WebhookBody.Signature(Secret.AsSpan(), now, message.Json));
        }
    }
}
