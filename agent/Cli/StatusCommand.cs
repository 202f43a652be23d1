using System.CommandLine;
using System.Globalization;
using System.Net;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha status</c>: who leads and how everybody is. Ends with 3 while nobody leads.</summary>
internal static class StatusCommand
{
    public static Command Build()
    {
        const string Description = "Who leads, and how each member is; exit code 3 while nobody leads";
        var command = new Command("status", Description) { ClientOptions.Json };
        return command.Client(RunAsync);
    }

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var view = await client.ViewAsync(cancellation);
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(view, ViewJson.Default.ClusterView));
        }
        else
        {
            Write(view, output);
        }

        return ViewText.Leader(view) is null ? ExitCodes.NoLeader : ExitCodes.Ok;
    }

    private static void Write(ClusterView view, TextWriter output)
    {
        output.WriteLine(ViewText.Headline(view));
        ViewText.WriteReasons(view, output);
        var table = new TextTable(
            "#", "NAME", "ADDRESS", "ID", "MEMBER", "ROLE", "HEALTH", "RING", "MYSQLD", "EPOCH", "BEHIND", "LAG", "ACKS", "REMARKS")
        {
            Spare = ["ID", "MEMBER", "ACKS"],
        };
        foreach (var m in view.Members.OrderBy(m => m.Number))
        {
            var isFollower = m.Role == MemberRole.Follower;
            table.Add(
                m.Number.ToString(CultureInfo.InvariantCulture) + (m.Id == view.Self ? "*" : ""),
                m.Name,
                m.Address.Host,
                m.Id.Short,
                ViewText.Word(m.Standing),
                m.Role == MemberRole.None ? "-" : ViewText.Word(m.Role),
                ViewText.Word(m.Health),
                ViewText.Word(m.Liveness),
                ViewText.Word(m.Mysqld),
                m.Epoch == 0 ? "-" : m.Epoch.ToString(CultureInfo.InvariantCulture),
                isFollower ? GtidGap.Of(view, m)?.Behind.ToString(CultureInfo.InvariantCulture) ?? "?" : "-",
                isFollower ? ViewText.Lag(m.LagSeconds) : "-",
                ViewText.Acks(m),
                Remarks(m));
        }

        table.WriteTo(output);
        if (view.Proxy is { } proxy)
        {
            var host = IPAddress.TryParse(proxy.Host, out var ip) && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
                ? view.Member(view.Self)?.Address.Host ?? proxy.Host
                : proxy.Host;
            output.WriteLine(
                $"clients: {host} port {proxy.ReadWrite.Port} to write ({proxy.ReadWrite.Clients} connected), "
                + $"port {proxy.ReadOnly.Port} to read ({proxy.ReadOnly.Clients} connected); so on every node");
        }
    }

    internal static string Remarks(MemberView m) => string.Join(
        "; ",
        (m.Maintenance is { } maintenance ? [Maintained(maintenance)] : Array.Empty<string>())
            .Concat(m.Problems.Where(p => p.Code != "maintenance").Select(p => p.Text))
            .Concat(m.Tags.IsEmpty ? [] : [$"tags: {string.Join(", ", m.Tags)}"])
            .Concat(m.RingKeys.Length > 1
                ? [$"uses ring key {m.RingKeys[0]}, accepts {string.Join(" and ", m.RingKeys.Skip(1))} too"]
                : [])
            .Concat(m.Activity.Length > 0 ? [m.Activity] : [])
            .Concat(m is { Role: MemberRole.Follower, ReceiverRunning: false } ? ["receives nothing"] : [])
            .Concat(m is { Role: MemberRole.Follower, ApplierRunning: false } ? ["applies nothing"] : []));

    private static string Maintained(MaintenanceView maintenance) =>
        $"in maintenance until {ViewText.Time(maintenance.Until)}{(maintenance.Reason.Length > 0 ? $" ({maintenance.Reason})" : "")}";
}
