using System.Text.RegularExpressions;

namespace MySqlHa.Cluster;

/// <summary>Habitat's name for the members that elect one leader among themselves: <c>service.group</c>, ours always <c>mysql.</c> something.</summary>
public readonly partial record struct ServiceGroup(string Group)
{
    /// <summary>What a group may be called, for people.</summary>
    public const string Allowed = "letters, digits, - and _, at most 64, a letter or digit first";

    /// <summary>Whether a group may be called so: the second half alone, without <c>mysql.</c></summary>
    public static bool IsGroup(string text) => Name().IsMatch(text);

    public override string ToString() => $"mysql.{Group}";

    [GeneratedRegex(@"\A[A-Za-z0-9][A-Za-z0-9_-]{0,63}\z")]
    private static partial Regex Name();
}
