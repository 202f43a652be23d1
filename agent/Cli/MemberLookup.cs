using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>Which member a person means.</summary>
internal static class MemberLookup
{
    /// <summary>The one member meant; none, or more than one, is an error that lists them.</summary>
    public static MemberView Find(ClusterView view, string text)
    {
        var (member, why) = MemberWords.Find(view, text);
        return member ?? throw new ClientException(ExitCodes.Usage, why);
    }
}
