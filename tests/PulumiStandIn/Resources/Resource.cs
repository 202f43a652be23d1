using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Something the program asks for. Its constructor registers it; its outputs come when the engine has made it.</summary>
public abstract class Resource
{
    private readonly string _type;
    private readonly string _name;
    private readonly bool? _protect;
    private readonly ImmutableArray<ResourceTransformation> _transformations;
    private readonly Dictionary<string, OutputSource> _sources;

    private protected Resource(string type, string name, bool custom, ResourceArgs? args, ResourceOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(type);
        ArgumentException.ThrowIfNullOrEmpty(name);
        (_type, _name) = (type, name);
        _sources = OutputSource.AssignAll(this);
        var deployment = Deployment.Current;
        var parent = type == Stack.TypeName ? null : options.Parent ?? deployment.Root;
        _transformations = [.. options.ResourceTransformations, .. parent?._transformations ?? []];
        args ??= ResourceArgs.Empty;
        foreach (var transformation in _transformations)
        {
            if (transformation(new ResourceTransformationArgs(this, args, options)) is { } changed)
            {
                (args, options) = (changed.Args, changed.Options);
            }
        }

        options.Protect ??= options.Parent?._protect;
        _protect = options.Protect;
        if (options.Parent is { } explicitParent)
        {
            lock (explicitParent.Children)
            {
                explicitParent.Children.Add(this);
            }
        }

        deployment.Register(this, custom, parent, args, options, _sources);
    }

    [Output("urn")]
    public Output<string> Urn { get; private protected set; } = null!;

    internal List<Resource> Children { get; } = [];

    public string GetResourceType() => _type;

    public string GetResourceName() => _name;

    /// <summary>This one and, of a component, all below it: what depending on it means.</summary>
    internal IEnumerable<Resource> WithChildren()
    {
        Resource[] children;
        lock (Children)
        {
            children = this is ComponentResource ? [.. Children] : [];
        }

        return children.SelectMany(c => c.WithChildren()).Prepend(this);
    }
}

/// <summary>A resource that a provider makes.</summary>
public class CustomResource : Resource
{
    public CustomResource(string type, string name, ResourceArgs? args, CustomResourceOptions? options = null)
        : base(type, name, custom: true, args, options ?? new CustomResourceOptions())
    {
    }

    [Output("id")]
    public Output<string> Id { get; private protected set; } = null!;
}

/// <summary>A resource that groups others.</summary>
public class ComponentResource : Resource
{
    public ComponentResource(string type, string name, ComponentResourceOptions? options = null)
        : this(type, name, ResourceArgs.Empty, options)
    {
    }

    public ComponentResource(string type, string name, ResourceArgs? args, ComponentResourceOptions? options = null, bool remote = false)
        : base(type, name, custom: false, args, options ?? new ComponentResourceOptions())
    {
        if (remote)
        {
            throw new NotSupportedException("the stand-in has no components of other programs");
        }
    }

    protected void RegisterOutputs() => RegisterOutputs(ImmutableDictionary<string, object?>.Empty);

    protected void RegisterOutputs(IDictionary<string, object?> outputs) => RegisterOutputs(Output.Create(outputs));

    protected void RegisterOutputs(Task<IDictionary<string, object?>> outputs) => RegisterOutputs(Output.Create(outputs));

    protected void RegisterOutputs(Output<IDictionary<string, object?>> outputs) => Deployment.Current.RegisterOutputs(this, outputs);
}
