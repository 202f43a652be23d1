using System.Collections;
using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;

namespace Pulumi;

/// <summary>
/// From what a program writes to what an engine's mock sees: numbers as double, enums as string, lists and maps immutable, outputs
/// and secrets as their values. Whatever contains something unknown is unknown as a whole.
/// </summary>
internal static class Serializer
{
    public static async Task<OutputData> SerializeAsync(object? value)
    {
        switch (value)
        {
            case null or string or bool or AssetOrArchive:
                return OutputData.Plain(value);
            case int or long or float or double or uint or short or byte:
                return OutputData.Plain(Convert.ToDouble(value, CultureInfo.InvariantCulture));
            case IInput input:
                return await SerializeAsync(input.ToOutput()).ConfigureAwait(false);
            case IOutput output:
                var outer = await output.Data.ConfigureAwait(false);
                if (!outer.Known)
                {
                    return outer;
                }

                var inner = await SerializeAsync(outer.Value).ConfigureAwait(false);
                return outer.With(inner, inner.Value);
            case InputArgs args:
                return await args.SerializeAsync().ConfigureAwait(false);
            case CustomResource resource:
                return await SerializeAsync(resource.Id).ConfigureAwait(false);
            case IUnion union:
                return await SerializeAsync(union.Value).ConfigureAwait(false);
            case IDictionary map:
                return await MapAsync(map).ConfigureAwait(false);
            case IEnumerable list:
                return await ListAsync(list).ConfigureAwait(false);
            default:
                return value.GetType().GetCustomAttribute<EnumTypeAttribute>() is not null
                    ? OutputData.Plain(value.ToString())
                    : throw new InvalidOperationException($"{value.GetType().FullName} is not a supported argument type");
        }
    }

    private static async Task<OutputData> MapAsync(IDictionary map)
    {
        var all = OutputData.Plain(null);
        var values = ImmutableDictionary.CreateBuilder<string, object>();
        foreach (DictionaryEntry entry in map)
        {
            var data = await SerializeAsync(entry.Value).ConfigureAwait(false);
            all = all.With(data, null);
            if (data.Value is { } present)
            {
                values[(string)entry.Key] = present;
            }
        }

        return all with { Value = values.ToImmutable() };
    }

    private static async Task<OutputData> ListAsync(IEnumerable list)
    {
        if (list.GetType().GetProperty("IsDefault")?.GetValue(list) is true)
        {
            return OutputData.Plain(null);
        }

        var all = OutputData.Plain(null);
        var values = ImmutableArray.CreateBuilder<object>();
        foreach (var item in list)
        {
            var data = await SerializeAsync(item).ConfigureAwait(false);
            all = all.With(data, null);
            values.Add(data.Value!);
        }

        return all with { Value = values.ToImmutable() };
    }
}
