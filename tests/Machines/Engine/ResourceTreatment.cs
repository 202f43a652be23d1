namespace MySqlHa.Machines.Engine;

/// <summary>
/// What a program's options say of a resource, as far as this engine heeds them. Mocks do not see options; a transformation does.
/// </summary>
public sealed record ResourceTreatment
{
    public bool IsComponent { get; init; }

    public bool Protect { get; init; }

    public bool RetainOnDelete { get; init; }

    public bool DeleteBeforeReplace { get; init; }

    public IReadOnlyList<string> ReplaceOnChanges { get; init; } = [];

    public IReadOnlyList<string> IgnoreChanges { get; init; } = [];

    /// <summary>The key of the resource whose end is the end of this one too.</summary>
    public string? DeletedWith { get; init; }
}
