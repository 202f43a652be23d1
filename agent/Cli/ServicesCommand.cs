using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha services</c>: the service groups of the ring, as any of its members knows them by gossip; or one, member by member.
/// </summary>
internal static class ServicesCommand
{
    private const string Path = "v1/services";

    private static readonly Argument<string?> Group = new("group")
    {
        Description = "Only this one, with each of its members and where it is: staging, or mysql.staging",
        Arity = ArgumentArity.ZeroOrOne,
    };

    public static Command Build() =>
        new Command("services", "The service groups of the ring: who leads each, and how many of its members live")
        {
            Group, ClientOptions.Json,
        }.Client(RunAsync);

    /// <summary>All groups that the first node which answers knows.</summary>
    public static async Task<ImmutableArray<GroupView>> AskAsync(ClusterClient client, CancellationToken cancellation)
    {
        try
        {
            return ViewReader.Groups(Encoding.UTF8.GetBytes(await client.ReadAsync(Path, cancellation)));
        }
        catch (JsonException e)
        {
            throw new ClientException(ExitCodes.Error, $"no node tells of the ring's groups: {e.Message}");
        }
    }

    /// <summary>One line for each group.</summary>
    public static void Write(IEnumerable<GroupView> groups, TextWriter output)
    {
        var table = new TextTable("SERVICE", "ELECTION", "LEADER", "ADDRESS", "EPOCH", "MEMBERS", "ALIVE", "SUSPECT", "CONFIRMED")
        {
            Spare = ["ADDRESS"],
        };
        foreach (var group in groups)
        {
            var leader = group.Members.FirstOrDefault(m => m.Id == group.Leader);
            string Count(MemberLiveness liveness) => Number(group.Members.Count(m => m.Liveness == liveness));
            table.Add(
                group.Group.ToString(),
                ViewText.Word(group.Election),
                leader?.Name ?? "-",
                leader?.Address.Host ?? "-",
                group.Epoch == 0 ? "-" : Number(group.Epoch),
                Number(group.Members.Length),
                Count(MemberLiveness.Alive),
                Count(MemberLiveness.Suspect),
                Count(MemberLiveness.Confirmed));
        }

        table.WriteTo(output);
    }

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        var wanted = parse.GetValue(Group);
        if (wanted is null && parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(await client.ReadAsync(Path, cancellation));
            return ExitCodes.Ok;
        }

        var groups = await AskAsync(client, cancellation);
        if (wanted is null)
        {
            Write(groups, output);
            return ExitCodes.Ok;
        }

        var group = groups.FirstOrDefault(g => wanted == g.Group.Group || wanted == g.Group.ToString())
            ?? throw new ClientException(
                ExitCodes.Error, $"no group is '{wanted}'; the ring has {string.Join(", ", groups.Select(g => g.Group.Group))}");
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(JsonSerializer.Serialize(group, ViewJson.Default.GroupView));
        }
        else
        {
            WriteMembers(group, output);
        }

        return group.Leader is null ? ExitCodes.NoLeader : ExitCodes.Ok;
    }

    private static void WriteMembers(GroupView group, TextWriter output)
    {
        var table = new TextTable("MEMBER ID", "NAME", "ADDRESS", "STATE", "LEADS", "HTTP", "MYSQL", "AGENT")
        {
            Spare = ["HTTP", "MYSQL"],
        };
        foreach (var m in group.Members)
        {
            table.Add(
                m.Id.Hex,
                m.Name,
                m.Address.Host,
                ViewText.Word(m.Liveness),
                m.Leads == 0 || m.Liveness is MemberLiveness.Confirmed or MemberLiveness.Departed ? "-" : $"epoch {Number(m.Leads)}",
                Number(m.Address.HttpPort),
                Number(m.Address.MysqlPort),
                m.AgentVersion);
        }

        table.WriteTo(output);
    }

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
