using System.Text.Json;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;
using MySqlHa.Consensus;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>
/// Frames between nodes as bytes: one byte for the kind, then that room's own encoding. Decoding throws
/// <see cref="FormatException"/> and nothing else, so that a frame of another version is dropped and counted, not fatal.
/// </summary>
public static class PeerCodec
{
    private const byte Raft = 1;
    private const byte Exchange = 2;
    private const byte Other = 3;

    public static byte[] Encode(PeerMessage message) => message switch
    {
        RaftFrame raft => [Raft, (byte)raft.ClusterId.Length, .. System.Text.Encoding.ASCII.GetBytes(raft.ClusterId), .. RaftMessageCodec.Encode(raft.Message)],
        ExchangeFrame exchange => [Exchange, .. GossipCodec.Encode(exchange.Exchange)],
        _ => [Other, .. JsonSerializer.SerializeToUtf8Bytes(message, PeerJson.Default.PeerMessage)],
    };

    public static PeerMessage Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            throw new FormatException("frame: empty");
        }

        try
        {
            return bytes[0] switch
            {
                Raft => DecodeRaft(bytes[1..]),
                Exchange => new ExchangeFrame(GossipCodec.DecodeExchange(bytes[1..])),
                Other => Whole(JsonSerializer.Deserialize(bytes[1..], PeerJson.Default.PeerMessage)),
                var kind => throw new FormatException($"frame: kind {kind} is unknown"),
            };
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or InvalidOperationException or ArgumentException)
        {
            throw new FormatException($"frame: {e.Message}", e);
        }
    }

    private static RaftFrame DecodeRaft(ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty || bytes.Length < 1 + bytes[0])
        {
            throw new FormatException("frame: the cluster id is cut off");
        }

        var id = System.Text.Encoding.ASCII.GetString(bytes.Slice(1, bytes[0]));
        return new RaftFrame(id, Applicable(RaftMessageCodec.Decode(bytes[(1 + bytes[0])..])));
    }

    /// <summary>
    /// What this agent could not apply is not taken into its log: there it would end the agent, at each of its starts.
    /// </summary>
    private static RaftMessage Applicable(RaftMessage message)
    {
        IEnumerable<object?> held = message switch
        {
            AppendRequest append => append.Entries.Where(e => e.Kind == EntryKind.Command)
                .Select(e => JsonSerializer.Deserialize(e.Data.Span, FailoverJson.Default.ClusterCommand)),
            SnapshotRequest whole => [JsonSerializer.Deserialize(whole.Snapshot.Data.Span, FailoverJson.Default.ClusterState)],
            _ => [],
        };
        foreach (var one in held)
        {
            if ((one is null ? "a command" : Gaps.In(one)) is { } gap)
            {
                throw new FormatException($"frame: {gap} is missing in the log's entry");
            }
        }

        return message;
    }

    /// <summary>What the type says is there, is there: a field that is missing reads as null whatever its type says.</summary>
    private static PeerMessage Whole(PeerMessage? message)
    {
        if (message is null)
        {
            throw new FormatException("frame: null is no message");
        }

        if (Gaps.In(message) is { } gap)
        {
            throw new FormatException($"frame: {gap} is missing");
        }

        return message is FoundAsk { Pledge.Members.IsEmpty: true } or FoundDone { Pledge.Members.IsEmpty: true }
            ? throw new FormatException("frame: a pledge needs members")
            : message;
    }
}

/// <summary>Peer messages but Raft's and gossip's, which have encodings of their own.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault, RespectNullableAnnotations = true)]
[JsonSerializable(typeof(PeerMessage))]
internal sealed partial class PeerJson : JsonSerializerContext;
