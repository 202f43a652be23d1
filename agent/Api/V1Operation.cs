using Microsoft.AspNetCore.Http;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>One operation of <c>/v1</c>: where it is, what it takes and answers. Routes and the OpenAPI document are both made of it.</summary>
internal sealed record V1Operation
{
    /// <summary>Its name for programs that are generated from the document.</summary>
    public required string Id { get; init; }
    public required string Method { get; init; }
    public required string Path { get; init; }
    public required string Summary { get; init; }

    /// <summary>The command of which it is the twin; null: none has one.</summary>
    public string? Command { get; init; }

    public Need Need { get; init; } = Need.Read;
    public IReadOnlyList<V1Parameter> Query { get; init; } = [];

    /// <summary>Null: it takes no body.</summary>
    public IReadOnlyList<BodyProperty>? Body { get; init; }

    /// <summary>What it answers when all is well: a schema's name, with [] behind it for a list of them; null: any object.</summary>
    public required string? Answer { get; init; }

    /// <summary>The other media types of the answer.</summary>
    public IReadOnlyList<string> AlsoAs { get; init; } = [];

    /// <summary>Problems beside those that any path may answer with, by status.</summary>
    public IReadOnlyDictionary<int, string> Problems { get; init; } = new Dictionary<int, string>();

    /// <summary>Of one that only looks.</summary>
    public Func<V1Desk, HttpContext, Task>? Look { get; init; }

    /// <summary>Of one that asks for something.</summary>
    public Func<V1Asked, OperatorRequest>? Ask { get; init; }

    /// <summary>Whether it asks for a change whatever the body says: one that has a dry run may only look.</summary>
    public bool AlwaysChanges => Ask is not null && Body?.Any(b => b.Name == "dryRun") != true;

    public bool HasMember => Path.Contains("{member}", StringComparison.Ordinal);
}

/// <param name="Schema">As JSON.</param>
internal sealed record V1Parameter(string Name, string Description, string Schema);
