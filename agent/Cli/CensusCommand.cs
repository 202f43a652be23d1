using System.CommandLine;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha census</c>: the members in Habitat's words, and the other groups of the ring; <c>--json</c> is the node's <c>/census</c>
/// as it is.
/// </summary>
internal static class CensusCommand
{
    public static Command Build() => new Command("census", "The members of the ring and the election, in Habitat's words")
    {
        ClientOptions.Json,
    }.Client(RunAsync);

    private static async Task<int> RunAsync(ParseResult parse, ClusterClient client, CancellationToken cancellation)
    {
        var output = parse.InvocationConfiguration.Output;
        if (parse.GetValue(ClientOptions.Json))
        {
            await output.WriteLineAsync(await client.ReadAsync("census", cancellation));
            return ExitCodes.Ok;
        }

        var view = await client.ViewAsync(cancellation);
        Write(view, output);
        try
        {
            var others = (await ServicesCommand.AskAsync(client, cancellation)).Where(g => g.Group != view.ServiceGroup).ToList();
            if (others.Count > 0)
            {
                await output.WriteLineAsync("\nother groups of the ring, by gossip:");
                ServicesCommand.Write(others, output);
            }
        }
        catch (ClientException)
        {
            // An older agent knows of no other group.
        }

        return ExitCodes.Ok;
    }

    private static void Write(ClusterView view, TextWriter output)
    {
        output.WriteLine($"service group  {view.ServiceGroup}");
        output.WriteLine($"election       {ViewText.Word(view.Election)}, term {view.Term}, epoch {view.Epoch}");
        output.WriteLine($"leader         {(ViewText.Leader(view) is { } leader ? $"{leader.Id.Hex} ({leader.Name})" : "none")}");
        output.WriteLine($"seen by        {view.Self.Hex} ({ViewText.NameOf(view, view.Self)})");
        ViewText.WriteReasons(view, output);
        output.WriteLine();
        var table = new TextTable("MEMBER ID", "NAME", "STATE", "PERSISTENT", "ROLE", "GOSSIP", "HTTP", "MYSQL", "PACKAGE")
        {
            Spare = ["PERSISTENT", "MYSQL", "HTTP"],
        };
        foreach (var m in view.Members.OrderBy(m => m.Number))
        {
            table.Add(
                m.Id.Hex,
                m.Name,
                ViewText.Word(m.Liveness),
                m.Voter ? "yes" : "no",
                m.Role == MemberRole.None ? "-" : ViewText.Word(m.Role),
                $"{m.Address.Host}:{m.Address.RingPort}",
                m.Address.HttpPort.ToString(CultureInfo.InvariantCulture),
                m.Address.MysqlPort.ToString(CultureInfo.InvariantCulture),
                $"mysqlha/mysql/{m.MysqlVersion}/{m.AgentVersion}");
        }

        table.WriteTo(output);
    }
}
