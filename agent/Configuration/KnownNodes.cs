using System.Diagnostics.CodeAnalysis;

namespace MySqlHa.Configuration;

/// <summary>
/// The API addresses of the nodes that an agent's configuration names, for command lines on the same machine. Forgiving: a file that
/// an agent would refuse may still name nodes.
/// </summary>
public static class KnownNodes
{
    /// <summary>This node first, then its peers, with the file's HTTP port; empty where the file cannot be read or names none.</summary>
    public static IReadOnlyList<PeerAddress> In(string path)
    {
        if (ReaderOf(path) is not { } read)
        {
            return [];
        }

        var http = read.Map("ports", known: null, "")?.Optional("http", ValueText.TryPort, "", 9631) ?? 9631;
        bool TryHost(string given, [MaybeNullWhen(false)] out PeerAddress value) => PeerAddress.TryParse(given, http, out value);
        var own = read.Optional("listen", ValueText.TryAddress, "", "");
        var hosts = read.List<PeerAddress>("peers", TryHost, "").Select(p => p.Host);
        return [.. hosts.Prepend(own).Where(h => h.Length > 0).Distinct().Select(h => new PeerAddress(h, http))];
    }

    /// <summary>The ring key's absolute path; null where the file names none.</summary>
    public static string? RingKeyOf(string path) => ReaderOf(path)?.Path("ring-key", "");

    /// <summary>The data directory that the configuration names; null where the file cannot be read or names none.</summary>
    public static string? DataOf(string path) => ReaderOf(path)?.Path("data", "");

    private static OptionsReader? ReaderOf(string path)
    {
        string text;
        try
        {
            text = File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        var ignored = new List<ConfigurationProblem>();
        return YamlText.Read(text, path, ignored) is { } map
            ? new OptionsReader(OptionsReader.Checked(map, known: null, ignored), ignored)
            : null;
    }
}
