using System.Collections.Immutable;
using System.Reflection;

namespace Pulumi;

/// <summary>Arguments: members with <see cref="InputAttribute"/>, by the name given there.</summary>
public abstract class InputArgs
{
    internal async Task<OutputData> SerializeAsync()
    {
        var all = OutputData.Plain(null);
        var values = ImmutableDictionary.CreateBuilder<string, object>();
        foreach (var (name, required, value) in Members())
        {
            if (required && value is null)
            {
                throw new ArgumentNullException(name, $"[Input] {GetType().FullName}.{name} is required but was not given a value");
            }

            var data = await Serializer.SerializeAsync(value).ConfigureAwait(false);
            // What is unknown or null is left out, as an engine's mock would see it.
            if (data is { Known: true, Value: { } present })
            {
                values[name] = present;
            }

            all = all.With(data, null);
        }

        return all with { Value = values.ToImmutable() };
    }

    private IEnumerable<(string Name, bool Required, object? Value)> Members()
    {
        const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var properties = GetType().GetProperties(All).Select(p => (Member: (MemberInfo)p, Value: (Func<object?>)(() => p.GetValue(this))));
        var fields = GetType().GetFields(All).Select(f => (Member: (MemberInfo)f, Value: (Func<object?>)(() => f.GetValue(this))));
        return from member in properties.Concat(fields)
               let input = member.Member.GetCustomAttribute<InputAttribute>()
               where input is not null
               select (input.Name, input.IsRequired, member.Value());
    }
}

/// <summary>Arguments of a resource, or of a part of one.</summary>
public abstract class ResourceArgs : InputArgs
{
    private sealed class EmptyArgs : ResourceArgs;

    public static ResourceArgs Empty { get; } = new EmptyArgs();
}

/// <summary>Arguments of a call to a provider.</summary>
public abstract class InvokeArgs : InputArgs;
