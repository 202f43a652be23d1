namespace Pulumi;

/// <summary>How the engine is to treat a resource.</summary>
public abstract class ResourceOptions
{
    public Input<string>? Id { get; set; }

    public Resource? Parent { get; set; }

    public InputList<Resource> DependsOn { get; set; } = new();

    public bool? Protect { get; set; }

    public List<string> IgnoreChanges { get; set; } = [];

    public List<string> ReplaceOnChanges { get; set; } = [];

    public string? Version { get; set; }

    public CustomTimeouts? CustomTimeouts { get; set; }

    public List<ResourceTransformation> ResourceTransformations { get; set; } = [];

    public bool? RetainOnDelete { get; set; }

    public Resource? DeletedWith { get; set; }
}

public sealed class CustomResourceOptions : ResourceOptions
{
    public bool? DeleteBeforeReplace { get; set; }

    public List<string> AdditionalSecretOutputs { get; set; } = [];

    public string? ImportId { get; set; }

    /// <summary>Lists are joined, other values of <paramref name="options2"/> win. Neither is changed.</summary>
    public static CustomResourceOptions Merge(CustomResourceOptions? options1, CustomResourceOptions? options2)
    {
        var (one, two) = (options1 ?? new(), options2 ?? new());
        return new CustomResourceOptions
        {
            Id = two.Id ?? one.Id,
            Parent = two.Parent ?? one.Parent,
            DependsOn = one.DependsOn.Concat(two.DependsOn),
            Protect = two.Protect ?? one.Protect,
            IgnoreChanges = [.. one.IgnoreChanges, .. two.IgnoreChanges],
            ReplaceOnChanges = [.. one.ReplaceOnChanges, .. two.ReplaceOnChanges],
            Version = two.Version ?? one.Version,
            CustomTimeouts = two.CustomTimeouts ?? one.CustomTimeouts,
            ResourceTransformations = [.. one.ResourceTransformations, .. two.ResourceTransformations],
            RetainOnDelete = two.RetainOnDelete ?? one.RetainOnDelete,
            DeletedWith = two.DeletedWith ?? one.DeletedWith,
            DeleteBeforeReplace = two.DeleteBeforeReplace ?? one.DeleteBeforeReplace,
            AdditionalSecretOutputs = [.. one.AdditionalSecretOutputs, .. two.AdditionalSecretOutputs],
            ImportId = two.ImportId ?? one.ImportId,
        };
    }
}

public sealed class ComponentResourceOptions : ResourceOptions;

/// <summary>How long the provider may take.</summary>
public sealed class CustomTimeouts
{
    public TimeSpan? Create { get; set; }

    public TimeSpan? Update { get; set; }

    public TimeSpan? Delete { get; set; }
}

/// <summary>Options of a call to a provider.</summary>
public sealed class InvokeOptions
{
    public Resource? Parent { get; set; }
}
