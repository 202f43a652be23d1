using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// The OpenAPI 3.1 document of <c>/v1</c>, made from the operations that the routes are made of and from the types that the answers are
/// written from: there is no second truth.
/// </summary>
internal static class OpenApiDocument
{
    private const string Problem = nameof(ProblemDocument);
    private const string Json = "application/json";
    private const string ProblemJson = "application/problem+json";

    // As the answers are written; that numbers may come as texts is about reading.
    private static readonly ViewJson Written =
        new(new JsonSerializerOptions(ViewJson.Default.Options) { NumberHandling = JsonNumberHandling.Strict });

    private static readonly JsonTypeInfo[] Types =
    [
        Written.ClusterView, Written.MemberView, Written.EpochView, Written.Explanation, Written.AuditView, Written.ClusterEvent,
        Written.GroupView, Written.ConfigurationView, Written.RollingView, Written.OperatorAnswer, Written.Reason,
        ApiJson.Default.ProblemDocument, ApiJson.Default.OutcomeProblem,
    ];

    public static byte[] Bytes { get; } = JsonSerializer.SerializeToUtf8Bytes(Make(), ApiJson.Default.JsonObject);

    private static JsonObject Make()
    {
        var schemas = new JsonObject();
        foreach (var type in Types)
        {
            schemas[type.Type.Name] = JsonSchemaExporter.GetJsonSchemaAsNode(
                type, new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Transform });
        }

        var paths = new JsonObject();
        foreach (var path in V1.All.GroupBy(o => o.Path))
        {
            paths[path.Key] = new JsonObject(path.Select(o => KeyValuePair.Create(o.Method.ToLowerInvariant(), (JsonNode?)OperationOf(o))));
        }

        return new JsonObject
        {
            ["openapi"] = "3.1.0",
            ["info"] = new JsonObject
            {
                ["title"] = "MySqlHaStack",
                ["version"] = "1",
                ["summary"] = "A MySQL cluster that elects, replicates and heals itself, asked at any of its nodes",
                ["license"] = new JsonObject { ["name"] = "see LICENSE", ["url"] = "about:blank" },
            },
            ["servers"] = new JsonArray(new JsonObject { ["url"] = "/" }),
            ["paths"] = paths,
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas,
                ["securitySchemes"] = new JsonObject
                {
                    ["token"] = new JsonObject
                    {
                        ["type"] = "http",
                        ["scheme"] = "bearer",
                        ["description"] = "A token of role read or admin, over TLS or from the node itself. The ring's own is an admin's.",
                    },
                },
            },
        };
    }

    private static JsonObject OperationOf(V1Operation operation)
    {
        var described = new JsonObject { ["operationId"] = operation.Id, ["summary"] = operation.Summary };
        if (operation.Command is { } command)
        {
            described["x-mysqlha-command"] = command;
        }

        // Nothing ({}) suffices where reading is free, and for a dry run.
        described["security"] = operation switch
        {
            { Need: Need.Nothing } => new JsonArray(),
            { AlwaysChanges: true } => new JsonArray(TokenOnly()),
            _ => new JsonArray(new JsonObject(), TokenOnly()),
        };
        var parameters = new JsonArray();
        if (operation.HasMember)
        {
            parameters.Add((JsonNode)ParameterOf("path", "member", "Number, name, address, id, or the beginning of an id", """{"type":"string"}"""));
        }

        foreach (var query in operation.Query)
        {
            parameters.Add((JsonNode)ParameterOf("query", query.Name, query.Description, query.Schema));
        }

        if (parameters.Count > 0)
        {
            described["parameters"] = parameters;
        }

        if (operation.Body is { } body)
        {
            described["requestBody"] = new JsonObject
            {
                ["required"] = body.Any(b => b.Needed),
                ["content"] = new JsonObject { [Json] = new JsonObject { ["schema"] = SchemaOf(body) } },
            };
        }

        described["responses"] = AnswersOf(operation);
        return described;
    }

    private static JsonObject AnswersOf(V1Operation operation)
    {
        var answers = new JsonObject
        {
            ["200"] = Answer(operation.Ask is null ? "As asked" : "Done", operation.Answer, Json, operation.AlsoAs),
        };
        var problems = new SortedDictionary<int, string>(operation.Problems.ToDictionary())
        {
            [StatusCodes.Status400BadRequest] = "bad-query, bad-request: what was asked is not wholly understood",
            [StatusCodes.Status401Unauthorized] = "token-missing, token-unknown: a token is needed",
            [StatusCodes.Status403Forbidden] = "role-missing, token-in-plain, tls-required, other-site: not with this token, or not so",
        };
        if (operation.Ask is not null)
        {
            answers["409"] = Answer("Refused, with the reason; nothing was done", nameof(OutcomeProblem), ProblemJson, []);
            answers["504"] = Answer(
                "Nobody can say whether it was done: look before asking again", nameof(OutcomeProblem), ProblemJson, []);
            problems[StatusCodes.Status413PayloadTooLarge] = "bad-request: the body is too long";
            problems[StatusCodes.Status415UnsupportedMediaType] = "not-json: the body has to be application/json";
        }

        foreach (var (status, text) in problems)
        {
            answers[$"{status}"] = Answer(text, Problem, ProblemJson, []);
        }

        return answers;
    }

    private static JsonObject Answer(string description, string? schema, string media, IReadOnlyList<string> others)
    {
        var content = new JsonObject { [media] = new JsonObject { ["schema"] = SchemaOf(schema) } };
        foreach (var other in others)
        {
            content[other] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "string" } };
        }

        return new JsonObject { ["description"] = description, ["content"] = content };
    }

    private static JsonObject SchemaOf(string? name) =>
        name is null ? new JsonObject { ["type"] = "object" }
        : name.EndsWith("[]", StringComparison.Ordinal) ? new JsonObject { ["type"] = "array", ["items"] = Reference(name[..^2]) }
        : Reference(name);

    private static JsonObject SchemaOf(IReadOnlyList<BodyProperty> body)
    {
        var schema = new JsonObject
        {
            ["type"] = "object",
            ["properties"] = new JsonObject(body.Select(b => KeyValuePair.Create(b.Name, (JsonNode?)b.SchemaNode))),
            ["additionalProperties"] = false,
        };
        if (body.Where(b => b.Needed).Select(b => (JsonNode?)b.Name).ToArray() is { Length: > 0 } needed)
        {
            schema["required"] = new JsonArray(needed);
        }

        return schema;
    }

    private static JsonObject ParameterOf(string where, string name, string description, string schema) => new()
    {
        ["name"] = name,
        ["in"] = where,
        ["required"] = where == "path",
        ["description"] = description,
        ["schema"] = JsonNode.Parse(schema),
    };

    private static JsonObject TokenOnly() => new() { ["token"] = new JsonArray() };

    private static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{name}" };

    /// <summary>Types with a schema of their own are named by it; those that write themselves as text say so.</summary>
    private static JsonNode Transform(JsonSchemaExporterContext context, JsonNode schema)
    {
        var type = Nullable.GetUnderlyingType(context.TypeInfo.Type) ?? context.TypeInfo.Type;
        var mayBeNull = type != context.TypeInfo.Type
            || (schema is JsonObject { } known && known["type"] is JsonArray kinds && kinds.Any(k => k?.GetValue<string>() == "null"));
        JsonNode Text(string key, string value) => new JsonObject
        {
            ["type"] = mayBeNull ? new JsonArray("string", "null") : "string",
            [key] = value,
        };
        if (type == typeof(NodeId))
        {
            return Text("pattern", "^[0-9a-f]{32}$");
        }

        if (type == typeof(GtidSet))
        {
            return Text("description", "GTIDs as MySQL writes them");
        }

        if (context.Path.IsEmpty || Types.All(t => t.Type != type))
        {
            return schema;
        }

        return mayBeNull
            ? new JsonObject { ["anyOf"] = new JsonArray(Reference(type.Name), new JsonObject { ["type"] = "null" }) }
            : Reference(type.Name);
    }
}
