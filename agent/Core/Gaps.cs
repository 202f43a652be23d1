using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Reflection;
using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>
/// Finds what a decoded message lacks: System.Text.Json leaves null in a property that was not sent, though its type does not allow it.
/// A property that a later version adds needs a default of its own for what older versions send, as in <c>get => field ?? ""</c>.
/// </summary>
internal static class Gaps
{
    private static readonly ConcurrentDictionary<Type, ImmutableArray<(PropertyInfo Property, bool MayBeNull)>> Known = [];

    /// <summary>The first property, within <paramref name="value"/>, that is null and must not be; null: there is none.</summary>
    public static string? In(object value)
    {
        foreach (var (property, mayBeNull) in Known.GetOrAdd(value.GetType(), PropertiesOf))
        {
            var found = property.GetValue(value);
            if (IsNothing(found))
            {
                if (!mayBeNull)
                {
                    return $"{value.GetType().Name}.{property.Name}";
                }
            }
            else if (Within(found!) is { } gap)
            {
                return gap;
            }
        }

        return null;
    }

    private static string? Within(object found) => found switch
    {
        string or GtidSet => null,
        IDictionary map => map.Values.Cast<object?>().Select(Element).FirstOrDefault(gap => gap is not null),
        IEnumerable list => list.Cast<object?>().Select(Element).FirstOrDefault(gap => gap is not null),
        _ => IsOurs(found.GetType()) ? In(found) : null,
    };

    private static string? Element(object? element) => element is null ? "an element of a list" : Within(element);

    /// <summary>Null, or an array that was never made.</summary>
    private static bool IsNothing(object? found) =>
        found is null || (IsArray(found.GetType()) && (bool)found.GetType().GetProperty(nameof(ImmutableArray<>.IsDefault))!.GetValue(found)!);

    private static bool IsArray(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    private static bool IsOurs(Type type) => type.IsClass && type.Namespace?.StartsWith("MySqlHa.", StringComparison.Ordinal) == true;

    private static ImmutableArray<(PropertyInfo Property, bool MayBeNull)> PropertiesOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
               where property.CanWrite && (!property.PropertyType.IsValueType || IsArray(property.PropertyType))
               select (property, !IsArray(property.PropertyType) && nullability.Create(property).WriteState == NullabilityState.Nullable),
        ];
    }
}
