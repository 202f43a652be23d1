using System.CommandLine;
using MySqlHa.Configuration;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>Which nodes a command asks, in order.</summary>
internal static class NodeAddresses
{
    public const string Variable = "MYSQLHA_ADDRESS";
    private const int HttpPort = 9631;
    internal static readonly string[] Files = ["agent.yaml", "/etc/mysqlha/agent.yaml"];

    /// <summary>The first configuration there is; null: there is none.</summary>
    public static string? File => Files.FirstOrDefault(System.IO.File.Exists);

    /// <summary>
    /// Those given; else those of the variable (commas between); else those of the first configuration there is, and this machine.
    /// </summary>
    public static IReadOnlyList<PeerAddress> Of(IReadOnlyList<string> given)
    {
        if (given.Count > 0)
        {
            return [.. given.Select(g => Parse(g, "--address"))];
        }

        const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;
        if (Environment.GetEnvironmentVariable(Variable)?.Split(',', Trimmed) is { Length: > 0 } fromVariable)
        {
            return [.. fromVariable.Select(v => Parse(v, Variable))];
        }

        return [.. (File is not { } file ? [] : KnownNodes.In(file)).Append(new PeerAddress("127.0.0.1", HttpPort)).Distinct()];
    }

    /// <summary>Those of the sandbox at <c>--base-ip</c>.</summary>
    public static IReadOnlyList<PeerAddress> OfSandbox(ParseResult parse)
    {
        try
        {
            var place = SandboxPlace.At(parse.GetRequiredValue<string>("--base-ip"), SandboxPlace.DefaultHome()).Required();
            return [.. place.Nodes.Select(n => new PeerAddress(n.Ip, n.Address.HttpPort))];
        }
        catch (SandboxException e)
        {
            throw new ClientException((int)e.Exit, e.Message);
        }
    }

    private static PeerAddress Parse(string text, string where) =>
        PeerAddress.TryParse(text, HttpPort, out var address)
            ? address!
            : throw new ClientException(
                ExitCodes.Usage,
                $"{where}: '{text}' is not an address; allowed: host or host:port, like 10.0.0.11 or db1:9631");
}
