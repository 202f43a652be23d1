using System.Collections.Immutable;
using System.Net;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>What was asked of an operation of <c>/v1</c>, its body checked against the operation's properties.</summary>
/// <param name="Body">An object; its values live as long as the request is read.</param>
/// <param name="View">The picture in which members are looked up.</param>
/// <param name="Member">The member that the path names.</param>
internal sealed record V1Asked(JsonElement Body, ClusterView View, NodeId Member)
{
    public long SeenEpoch => Given("seenEpoch") is { } epoch ? epoch.GetInt64() : 0;

    public bool DryRun => Flag("dryRun");

    public bool All => Flag("all");

    public bool InterruptWrites => Flag("interruptWrites");

    public bool AcceptDataLoss => Flag("acceptDataLoss");

    public bool Votes => Flag("votes");

    public bool? VotesOrNot => Given("votes")?.GetBoolean();

    public IPEndPoint Address => BodyProperty.TryRing(Given("address")!.Value.GetString()!, out var place)
        ? place
        : throw new FormatException($"address: allowed is {BodyProperty.Address.Allowed}");

    public int Count => Given("count")!.Value.GetInt32();

    public long ForMilliseconds => Given("forMilliseconds")!.Value.GetInt64();

    public string? Reason => Given("reason")?.GetString();

    public ImmutableSortedDictionary<string, string>? Set =>
        Given("set")?.EnumerateObject().ToImmutableSortedDictionary(s => s.Name, s => s.Value.GetString()!, StringComparer.Ordinal);

    public ImmutableSortedSet<string>? Unset =>
        Given("unset")?.EnumerateArray().Select(u => u.GetString()!).ToImmutableSortedSet(StringComparer.Ordinal);

    public long? IfVersion => Given("ifVersion")?.GetInt64();

    public DateTimeOffset? At => Given("at")?.GetDateTimeOffset();

    public long? InMilliseconds => Given("inMilliseconds")?.GetInt64();

    /// <summary>Throws <see cref="FormatException"/> where no member is named so.</summary>
    public NodeId? To => Given("to")?.GetString() is not { } text ? null
        : MemberWords.Find(View, text) is ({ } member, _) ? member.Id
        : throw new FormatException(PlainText.OneLine(
            $"to: '{text}' is none of the members, or more than one; allowed: the number, name, address or id of one of "
            + string.Join(", ", View.Members.Select(m => m.Name).Take(7))));

    private bool Flag(string name) => Given(name)?.GetBoolean() ?? false;

    private JsonElement? Given(string name) =>
        Body.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;
}
