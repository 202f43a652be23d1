using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using MySqlHa.Cluster;

namespace MySqlHa.Configuration;

/// <summary>One that is told of events, over HTTP.</summary>
/// <param name="Url">http or https; may hold a secret in its path or query, so it is never shown whole.</param>
/// <param name="Events">Codes; empty: all events.</param>
/// <param name="SecretFile">Absolute; what is sent is signed with its content. Null: it is not signed.</param>
public sealed record WebhookSettings(Uri Url, ImmutableSortedSet<string> Events, string? SecretFile)
{
    private const string Every = "a mapping with the keys url, events, secret-file";
    private const string Urls = "an http or https address without user and password, like https://alerts.example.com/mysqlha";
    private const string Files = "a file that only its owner can read, with 16 to 1024 bytes";

    internal static ImmutableArray<WebhookSettings> Read(OptionsReader read) =>
    [
        .. read.HiddenMaps("webhooks", ["url", "events", "secret-file"], Every).Select(one =>
        {
            var url = one.RequiredHidden("url", TryUrl, Urls, new Uri("http://localhost"));
            var codes = one.IsList("events")
                ? one.List<string>("events", TryCode, Codes())
                : [one.Required("events", TryAll, Codes(), "*")];
            if (one.IsEmptyList("events"))
            {
                one.Refuse("events", "is empty", Codes());
            }

            return new WebhookSettings(url, codes.Contains("*") ? [] : [.. codes], one.Path("secret-file", Files));
        }),
    ];

    /// <summary>What only the machine knows: whether the secret can be used.</summary>
    internal IEnumerable<ConfigurationProblem> Problems(string key)
    {
        if (SecretFile is null)
        {
            yield break;
        }

        var file = new FileInfo(SecretFile);
        const UnixFileMode Owners = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
        if (!file.Exists)
        {
            yield return new ConfigurationProblem(key, SecretFile, "does not exist", Files);
        }
        else if ((file.UnixFileMode & ~Owners) != 0)
        {
            yield return new ConfigurationProblem(key, SecretFile, "can be read by others (chmod 600)", Files);
        }
        else if (file.Length is < 16 or > 1024)
        {
            yield return new ConfigurationProblem(key, SecretFile, $"has {file.Length} bytes", Files);
        }
    }

    private static string Codes() =>
        $"'*', or a list of codes of events: {string.Join(", ", EventCodes.All.Order(StringComparer.Ordinal))}";

    private static bool TryAll(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text == "*";
    }

    private static bool TryCode(string text, [MaybeNullWhen(false)] out string value)
    {
        value = text;
        return text == "*" || EventCodes.All.Contains(text);
    }

    private static bool TryUrl(string text, [MaybeNullWhen(false)] out Uri value) =>
        Uri.TryCreate(text, UriKind.Absolute, out value)
        && value.Scheme is "http" or "https" && value.UserInfo.Length == 0 && value.Host.Length > 0;
}
