using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Telemetry;

/// <summary>What is posted.</summary>
/// <param name="Id">The same however often it is sent, and whoever sends it.</param>
/// <param name="Node">Whom it is about; null: nobody in particular.</param>
/// <param name="Epoch">0: none.</param>
/// <param name="SentBy">The node that posts it.</param>
internal sealed record WebhookBody(
    string Id,
    string Code,
    string Text,
    EventScope Scope,
    DateTimeOffset At,
    string Cluster,
    string ServiceGroup,
    WebhookNode? Node,
    long Epoch,
    WebhookNode SentBy)
{
    /// <summary>With the names of this view.</summary>
    public static WebhookBody Of(ClusterEvent one, ClusterView view) => new(
        IdOf(one, view),
        one.Code,
        one.Text,
        one.Scope,
        one.At,
        view.ClusterId,
        view.ServiceGroup.ToString(),
        one.Node is { } node ? WebhookNode.Of(node, view) : null,
        one.Epoch,
        WebhookNode.Of(view.Self, view));

    public WebhookMessage ToMessage() => new(Id, Code, JsonSerializer.SerializeToUtf8Bytes(this, WebhookJson.Default.WebhookBody));

    /// <summary>"t=1763850000,v1=…": HMAC-SHA256, in hex, of the time, a full stop and the body. A receiver refuses old times.</summary>
    /// <param name="unixSeconds">When it is sent.</param>
    public static string Signature(ReadOnlySpan<byte> secret, long unixSeconds, ReadOnlySpan<byte> body)
    {
        var time = unixSeconds.ToString(CultureInfo.InvariantCulture);
        using var mac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, secret);
        mac.AppendData(Encoding.ASCII.GetBytes(time + "."));
        mac.AppendData(body);
        return $"t={time},v1={Convert.ToHexStringLower(mac.GetHashAndReset())}";
    }

    private static string IdOf(ClusterEvent one, ClusterView view) => one.Scope == EventScope.Cluster
        ? string.Create(CultureInfo.InvariantCulture, $"{view.ClusterId}-{one.Index}-{one.Code}")
        : string.Create(CultureInfo.InvariantCulture, $"{view.Self.Hex}-{one.Id}-{one.Code}");
}

/// <summary>The same for all receivers.</summary>
internal sealed record WebhookMessage(string Id, string Code, byte[] Json);

internal sealed record WebhookNode(string Id, string Name, string Address)
{
    public static WebhookNode Of(NodeId id, ClusterView view) =>
        view.Member(id) is { } member ? new(id.Hex, member.Name, member.Address.Host) : new(id.Hex, "", "");
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, Converters = [typeof(CamelCaseEnum<EventScope>)])]
[JsonSerializable(typeof(WebhookBody))]
internal sealed partial class WebhookJson : JsonSerializerContext;
