using System.Collections;
using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using MySqlHa.Cluster;

namespace MySqlHa.Core;

/// <summary>
/// Finds what a decoded message lacks: System.Text.Json leaves null in a property that was not sent, though its type does not allow it.
/// A property that a later version adds needs a default of its own for what older versions send, as in <c>get => field ?? ""</c>.
/// </summary>
internal static class Gaps
{
    private const string Kept = "A build ahead of time keeps all of this program (TrimmerRootAssembly).";
    private static readonly ConcurrentDictionary<Type, ImmutableArray<Field>> Known = [];

    /// <param name="IsDefault">Of an immutable array: whether it was never made.</param>
    private sealed record Field(PropertyInfo Property, bool MayBeNull, PropertyInfo? IsDefault);

    /// <summary>The first property, within <paramref name="value"/>, that is null and must not be; null: there is none.</summary>
    public static string? In(object value)
    {
        foreach (var (property, mayBeNull, isDefault) in Known.GetOrAdd(value.GetType(), FieldsOf))
        {
            var found = property.GetValue(value);
            if (found is null || isDefault?.GetValue(found) is true)
            {
                if (!mayBeNull)
                {
                    return $"{value.GetType().Name}.{property.Name}";
                }
            }
            else if (Within(found) is { } gap)
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

    private static bool IsArray(Type type) => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(ImmutableArray<>);

    private static bool IsOurs(Type type) => type.IsClass && type.Namespace?.StartsWith("MySqlHa.", StringComparison.Ordinal) == true;

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = Kept)]
    [UnconditionalSuppressMessage("Trimming", "IL2075", Justification = Kept)]
    private static ImmutableArray<Field> FieldsOf(Type type)
    {
        var nullability = new NullabilityInfoContext();
        return
        [
            .. from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
               let isArray = IsArray(property.PropertyType)
               where property.CanWrite && (isArray || !property.PropertyType.IsValueType)
               select new Field(
                   property,
                   !isArray && nullability.Create(property).WriteState == NullabilityState.Nullable,
                   isArray ? property.PropertyType.GetProperty(nameof(ImmutableArray<>.IsDefault)) : null),
        ];
    }
}
