using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace Pulumi;

/// <summary>From what a mock returned to the type of the property that takes it.</summary>
internal static class Converter
{
    public static object? To(object? value, Type type)
    {
        var plain = Nullable.GetUnderlyingType(type) ?? type;
        if (value is null)
        {
            return type.IsValueType && Nullable.GetUnderlyingType(type) is null ? Activator.CreateInstance(type) : null;
        }

        if (plain.IsInstanceOfType(value))
        {
            return value;
        }

        if (value is IConvertible && (plain.IsPrimitive || plain == typeof(string)))
        {
            return Convert.ChangeType(value, plain, CultureInfo.InvariantCulture);
        }

        if (plain.GetCustomAttribute<EnumTypeAttribute>() is not null && value is string)
        {
            return Activator.CreateInstance(plain, BindingFlags.Instance | BindingFlags.NonPublic, null, [value], null);
        }

        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(ImmutableArray<>) && value is IEnumerable list)
        {
            return Many(list, plain.GetGenericArguments()[0], nameof(ArrayOf));
        }

        if (plain.IsGenericType && plain.GetGenericTypeDefinition() == typeof(ImmutableDictionary<,>) && value is IDictionary map)
        {
            return Many(map, plain.GetGenericArguments()[1], nameof(MapOf));
        }

        return value is IDictionary fields && plain.GetCustomAttribute<OutputTypeAttribute>() is not null
            ? Construct(fields, plain)
            : throw new InvalidOperationException($"Expected {plain.FullName} but got {value.GetType().FullName} deserializing an output");
    }

    /// <summary>An output type has one constructor, whose parameters are named like its properties.</summary>
    private static object Construct(IDictionary fields, Type type)
    {
        const BindingFlags Any = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var constructor = type.GetConstructors(Any).Single(c => c.GetCustomAttribute<OutputConstructorAttribute>() is not null);
        return constructor.Invoke([.. constructor.GetParameters().Select(p => To(fields[p.Name!], p.ParameterType))]);
    }

    private static object Many(object values, Type item, string method) =>
        typeof(Converter).GetMethod(method, BindingFlags.Static | BindingFlags.NonPublic)!.MakeGenericMethod(item).Invoke(null, [values])!;

    private static ImmutableArray<T> ArrayOf<T>(IEnumerable values) =>
        [.. values.Cast<object?>().Select(v => (T)To(v, typeof(T))!)];

    private static ImmutableDictionary<string, T> MapOf<T>(IDictionary values) =>
        // By its keys: an immutable one gives its entries as pairs of its own type.
        values.Keys.Cast<string>().ToImmutableDictionary(key => key, key => (T)To(values[key], typeof(T))!);
}
