using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Where the value of one property with <see cref="OutputAttribute"/> comes from.</summary>
internal sealed class OutputSource
{
    private readonly TaskCompletionSource<OutputData> _data = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private OutputSource(Type type) => Type = type;

    /// <summary>What the output holds.</summary>
    public Type Type { get; }

    public Task<OutputData> Data => _data.Task;

    public static Dictionary<string, OutputSource> AssignAll(Resource resource)
    {
        var sources = new Dictionary<string, OutputSource>();
        if (resource is Stack)
        {
            resource.GetType().GetProperty(nameof(Resource.Urn))!.SetValue(resource, Add(sources, "urn", typeof(string)));
            return sources; // a stack's own outputs are for the program to assign
        }

        // Declared ones of every level: a property with a private setter is only writable through its own type.
        for (var level = resource.GetType(); level != typeof(object); level = level!.BaseType)
        {
            const BindingFlags Own = BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly;
            foreach (var property in level!.GetProperties(Own))
            {
                if (property.GetCustomAttribute<OutputAttribute>() is { } output && property.SetMethod is not null)
                {
                    var name = output.Name ?? property.Name;
                    property.SetValue(resource, Add(sources, name, property.PropertyType.GetGenericArguments()[0]));
                }
            }
        }

        return sources;
    }

    public void Resolve(object? value, bool known, Resource resource)
    {
        var typed = known ? Converter.To(value, Type) : null;
        _ = _data.TrySetResult(new OutputData(typed, known, Secret: false, ImmutableHashSet.Create(resource)));
    }

    public void Fail(Exception exception) => _ = _data.TrySetException(exception);

    private static object Add(Dictionary<string, OutputSource> sources, string name, Type type)
    {
        var source = sources[name] = new OutputSource(type);
        return Activator.CreateInstance(
            typeof(Output<>).MakeGenericType(type), BindingFlags.Instance | BindingFlags.NonPublic, null, [source.Data], null)!;
    }
}
