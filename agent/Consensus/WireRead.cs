using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace MySqlHa.Consensus;

/// <summary>
/// Reads JSON that others wrote: whatever the bytes are, the errors are <see cref="FormatException"/> or <see
/// cref="JsonException"/>.
/// </summary>
internal static class WireRead
{
    public static T Json<T>(ReadOnlySpan<byte> bytes, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, type) ?? throw new FormatException($"null is no {typeof(T).Name}");
        }
        catch (Exception bad) when (bad is NotSupportedException or InvalidOperationException or ArgumentException or OverflowException)
        {
            throw new FormatException($"these {bytes.Length} bytes are no {typeof(T).Name}: {bad.Message}", bad);
        }
    }
}
