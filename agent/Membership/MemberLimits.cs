using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// How large the parts of a record may be. Two largest records and a message's head fit into the smallest datagram
/// (<see cref="SwimOptions.MaxDatagramBytes"/>): a suspect can always be told, and can always answer.
/// </summary>
internal static class MemberLimits
{
    public const int Members = 4096;
    public const int UpdatesPerMessage = 64;

    /// <summary>Parts of a table whose sums are compared: 1 to this, a power of two.</summary>
    public const int Parts = 256;
    public const int Seeds = 256;
    public const long Incarnation = 1L << 50;
    public const int Host = 63;

    /// <summary>What is wrong with the record, as a sentence; null where nothing is.</summary>
    public static string? Problem(MemberRecord record) =>
        record.Incarnation is < 0 or > Incarnation ? $"incarnation {record.Incarnation} is not within 0 to {Incarnation}"
        : !Enum.IsDefined(record.Status) ? $"status {(int)record.Status} is not one of 0 to 3"
        : Problem(record.Address) ?? Problem(record.Facts);

    public static string? Problem(NodeAddress address) =>
        ProblemOfHost(address.Host) ?? ProblemOfPort("ringPort", address.RingPort)
        ?? ProblemOfPort("httpPort", address.HttpPort) ?? ProblemOfPort("mysqlPort", address.MysqlPort);

    public static string? Problem(MemberFacts facts) =>
        ProblemOfText("group", facts.Group, 63) ?? ProblemOfText("name", facts.Name, 63)
        ?? ProblemOfText("clusterId", facts.ClusterId, 36) ?? ProblemOfText("agentVersion", facts.AgentVersion, 32)
        ?? (facts.Leads is < 0 or > Incarnation ? $"leads {facts.Leads} is not within 0 to {Incarnation}" : null);

    public static string? ProblemOfHost(string host) =>
        host.Length is 0 ? "host is empty: an IP address or a name is needed" : ProblemOfText("host", host, Host);

    public static string? ProblemOfPort(string key, int port) =>
        port is < 1 or > 65535 ? $"{key} {port} is not within 1 to 65535" : null;

    private static string? ProblemOfText(string key, string text, int most) =>
        text.Length > most ? $"{key} has {text.Length} characters: at most {most} are allowed"
        : text.All(c => c is >= ' ' and <= '~' and not '"' and not '\\') ? null
        : $"{key} holds a character other than printable ASCII without \" and \\";
}
