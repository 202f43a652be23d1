using System.Collections.Concurrent;
using Pulumi;

namespace MySqlHa.Machines.Engine;

/// <summary>Notes the options of each resource as it is registered, by a transformation: the SDK's way to see all of them.</summary>
public sealed class TreatmentReader
{
    private readonly ConcurrentDictionary<string, ResourceTreatment> _seen = new();

    public ResourceTreatment this[string key] => _seen.GetValueOrDefault(key) ?? new ResourceTreatment();

    public ResourceTransformationResult? Read(ResourceTransformationArgs args)
    {
        var options = args.Options;
        var protect = options.Protect ?? (options.Parent is { } parent && this[KeyOf(parent)].Protect);
        _seen[KeyOf(args.Resource)] = new ResourceTreatment
        {
            IsComponent = args.Resource is ComponentResource,
            Protect = protect,
            RetainOnDelete = options.RetainOnDelete == true,
            DeleteBeforeReplace = options is CustomResourceOptions { DeleteBeforeReplace: true },
            // "triggers[*]" and "triggers" both mean: any change below it.
            ReplaceOnChanges = [.. options.ReplaceOnChanges.Select(path => path.Split('.', '[')[0])],
            IgnoreChanges = [.. options.IgnoreChanges.Select(path => path.Split('.', '[')[0])],
            DeletedWith = options.DeletedWith is { } with ? KeyOf(with) : null,
        };
        return null;
    }

    private static string KeyOf(Resource resource) => ResourceState.KeyOf(resource.GetResourceType(), resource.GetResourceName());
}
