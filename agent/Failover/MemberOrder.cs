namespace MySqlHa.Failover;

/// <summary>The order in which members are numbered for people.</summary>
public static class MemberOrder
{
    public static IOrderedEnumerable<MemberInfo> ByAddress(IEnumerable<MemberInfo> members) =>
        members.OrderBy(m => Key(m.Address.Host), StringComparer.Ordinal).ThenBy(m => m.Address.RingPort).ThenBy(m => m.Id);

    /// <summary>IPv4 in numeric order, all else as text: 127.0.0.9 comes before 127.0.0.11.</summary>
    public static string Key(string host) =>
        string.Join('.', host.Split('.').Select(part => int.TryParse(part, out _) ? part.PadLeft(3, '0') : part));
}
