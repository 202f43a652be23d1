using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace MySqlHa.Cluster;

/// <summary>
/// Reads what a node answered, or what only stands in its place: nothing is null in it that the view's types promise, no
/// number is beyond numbers, and no text moves a terminal's cursor. Each method throws <see cref="JsonException"/> for all else.
/// </summary>
public static class ViewReader
{
    /// <summary>Bytes: more than any node says of a cluster; what answers without end is none.</summary>
    public const int LongestAnswer = 16 * 1024 * 1024;

    private static readonly ViewJson Strict = new(new JsonSerializerOptions(ViewJson.Default.Options)
    {
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new OneLine() },
    });

    public static ClusterView View(ReadOnlySpan<byte> json)
    {
        var view = Completed(Read(json, Strict.ClusterView));
        RequireFinite(view.LeaseSecondsLeft, "leaseSecondsLeft");
        foreach (var member in view.Members)
        {
            RequireFinite(member.LagSeconds ?? 0, "lagSeconds");
            RequireFinite(member.ReportAgeSeconds ?? 0, "reportAgeSeconds");
        }

        return view;
    }

    /// <summary>The code and the detail of a refusal as RFC 9457 has it.</summary>
    public static Reason Problem(ReadOnlySpan<byte> json)
    {
        var problem = Read(json, Strict.Refusal);
        return new Reason(problem.Code, problem.Detail);
    }

    public static OperatorAnswer Answer(ReadOnlySpan<byte> json) => Read(json, Strict.OperatorAnswer);

    /// <summary>Events, oldest first.</summary>
    public static IReadOnlyList<ClusterEvent> Events(ReadOnlySpan<byte> json)
    {
        var events = Read(json, Strict.ClusterEventArray);
        return events.Any(e => e is null) ? throw new JsonException("there is a null among the events") : events;
    }

    /// <summary>What operators asked for, oldest first.</summary>
    public static ImmutableArray<AuditView> Audit(ReadOnlySpan<byte> json)
    {
        var all = JsonSerializer.Deserialize(json, Strict.ImmutableArrayAuditView);
        return all.IsDefault ? throw new JsonException("null") : Completed(all, "audit", a => a);
    }

    /// <summary>The service groups of a ring.</summary>
    public static ImmutableArray<GroupView> Groups(ReadOnlySpan<byte> json)
    {
        var all = JsonSerializer.Deserialize(json, Strict.ImmutableArrayGroupView);
        return all.IsDefault ? throw new JsonException("null") : Completed(all, "services", g => g with
        {
            Group = new ServiceGroup(g.Group.Group ?? throw new JsonException("a group has no name")),
            Clusters = Completed(g.Clusters, "clusters", c => c),
            Members = Completed(g.Members, "members", m => m),
        });
    }

    private static T Read<T>(ReadOnlySpan<byte> json, JsonTypeInfo<T> type)
        where T : class => JsonSerializer.Deserialize(json, type) ?? throw new JsonException("null");

    /// <summary>What may be left out, and was, is empty: in the reader's eyes it is null.</summary>
    private static ClusterView Completed(ClusterView view) => view with
    {
        RaftRole = view.RaftRole ?? "",
        Switchover = view.Switchover ?? "",
        Ackers = view.Ackers.IsDefault ? [] : view.Ackers,
        Counters = view.Counters ?? ImmutableSortedDictionary<string, long>.Empty,
        Reasons = Completed(view.Reasons, "reasons", r => r),
        Members = Completed(view.Members, "members", m => m with
        {
            ServerUuid = m.ServerUuid ?? "",
            MysqlVersion = m.MysqlVersion ?? "",
            AgentVersion = m.AgentVersion ?? "",
            Activity = m.Activity ?? "",
            Executed = m.Executed ?? GtidSet.Empty,
            Received = m.Received ?? GtidSet.Empty,
            Problems = Completed(m.Problems, "problems", r => r),
            Tags = Completed(m.Tags, "tags", t => t),
        }),
        History = Completed(view.History, "history", e => e with
        {
            CloseReason = e.CloseReason ?? "",
            Archived = Completed(e.Archived, "archived", a => a),
            PlansDropped = Completed(e.PlansDropped, "plansDropped", p => p),
        }),
        Configuration = view.Configuration is not { } configuration ? null : configuration with
        {
            Settings = configuration.Settings.Values.Any(v => v is null)
                ? throw new JsonException("there is a null in 'settings'")
                : configuration.Settings,
            Members = Completed(configuration.Members, "configuration", m => m with
            {
                PendingRestart = Completed(m.PendingRestart, "pendingRestart", k => k),
                Own = Completed(m.Own, "own", k => k),
                Problems = Completed(m.Problems, "problems", r => r),
            }),
        },
        Rolling = view.Rolling is not { } rolling ? null : rolling with { Steps = Completed(rolling.Steps, "steps", s => s) },
        Explanation = view.Explanation is not { } explanation ? null : explanation with
        {
            Obstacles = Completed(explanation.Obstacles, "obstacles", r => r),
            Members = Completed(explanation.Members, "members", m => m with
            {
                Reasons = Completed(m.Reasons, "reasons", r => r),
                Remarks = Completed(m.Remarks, "remarks", r => r),
            }),
        },
    };

    private static ImmutableArray<T> Completed<T>(ImmutableArray<T> items, string name, Func<T, T> one)
        where T : class =>
        items.IsDefault ? []
        : items.Any(i => i is null) ? throw new JsonException($"there is a null in '{name}'")
        : [.. items.Select(one)];

    private static void RequireFinite(double number, string name)
    {
        if (!double.IsFinite(number))
        {
            throw new JsonException($"'{name}' is no number that can be");
        }
    }

    /// <summary>A text with blanks for what is not to be shown.</summary>
    private sealed class OneLine : JsonConverter<string>
    {
        public override string? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetString() is { } text ? PlainText.OneLine(text) : null;

        public override string ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Read(ref reader, typeToConvert, options)!;

        public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteStringValue(value);
    }
}

/// <summary>What matters of a refusal as RFC 9457 has it.</summary>
public sealed record Refusal(string Code, string Detail);
