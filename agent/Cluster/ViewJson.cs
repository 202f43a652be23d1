using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>
/// The view as JSON, for <c>/view</c> and for those who read it (command line, sandbox): camelCase names, enums as camelCase words.
/// What a newer agent adds, an older reader skips.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    Converters =
    [
        typeof(CamelCaseEnum<ElectionStatus>), typeof(CamelCaseEnum<MemberRole>), typeof(CamelCaseEnum<MemberHealth>),
        typeof(CamelCaseEnum<MemberLiveness>), typeof(CamelCaseEnum<MysqldState>), typeof(CamelCaseEnum<OperatorOutcome>),
        typeof(CamelCaseEnum<MemberStanding>), typeof(CamelCaseEnum<PhaseZero>), typeof(CamelCaseEnum<EventScope>),
    ])]
[JsonSerializable(typeof(ClusterView))]
[JsonSerializable(typeof(ImmutableArray<EpochView>))]
[JsonSerializable(typeof(ImmutableArray<MemberView>))]
[JsonSerializable(typeof(ImmutableArray<AuditView>))]
[JsonSerializable(typeof(GroupView))]
[JsonSerializable(typeof(ImmutableArray<GroupView>))]
[JsonSerializable(typeof(OperatorAnswer))]
[JsonSerializable(typeof(ClusterEvent))]
[JsonSerializable(typeof(ClusterEvent[]))]
[JsonSerializable(typeof(Explanation))]
[JsonSerializable(typeof(ConfigurationView))]
[JsonSerializable(typeof(RollingView))]
[JsonSerializable(typeof(Refusal))]
public sealed partial class ViewJson : JsonSerializerContext;

/// <summary>
/// Operator requests as JSON: <c>{"verb": "switchover", "seenEpoch": 7, "to": "…"}</c>. A property that is not known is refused,
/// since a request that is half understood is worse than one that is not.
/// </summary>
[JsonSourceGenerationOptions(
    JsonSerializerDefaults.Web,
    AllowOutOfOrderMetadataProperties = true,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(OperatorRequest))]
public sealed partial class OperatorJson : JsonSerializerContext;

/// <summary>An enum as a camelCase word: <c>noQuorum</c>. Numbers are refused.</summary>
public sealed class CamelCaseEnum<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
