using System.Globalization;

namespace MySqlHa.Cluster;

/// <summary>Which member a person means: by number, name, address or id, or by the beginning of an id.</summary>
public static class MemberWords
{
    /// <summary>The one member meant; null: none, or more than one, and why, with a list of them.</summary>
    public static (MemberView? Member, string Why) Find(ClusterView view, string text)
    {
        var exact = view.Members.Where(m => Names(m).Contains(text, StringComparer.OrdinalIgnoreCase)).ToList();
        var meant = exact.Count > 0
            ? exact
            : [.. view.Members.Where(m => text.Length > 0 && m.Id.Hex.StartsWith(text, StringComparison.OrdinalIgnoreCase))];
        return meant switch
        {
            [var one] => (one, ""),
            [] => (null, $"no member is '{text}'; there are {List(view.Members)}"),
            _ => (null, $"'{text}' is more than one member: {List(meant)}"),
        };
    }

    private static IEnumerable<string> Names(MemberView m) =>
    [
        m.Number.ToString(CultureInfo.InvariantCulture), m.Name, m.Address.Host, $"{m.Address.Host}:{m.Address.MysqlPort}", m.Id.Hex,
    ];

    private static string List(IEnumerable<MemberView> members) =>
        string.Join(", ", members.Select(m => $"{m.Number} ({m.Name}, {m.Address.Host}, {m.Id.Short})"));
}
