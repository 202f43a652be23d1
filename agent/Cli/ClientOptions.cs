using System.CommandLine;
using MySqlHa.Cluster;
using MySqlHa.Configuration;

namespace MySqlHa.Cli;

/// <summary>Options that several commands share.</summary>
internal static class ClientOptions
{
    public static Option<string[]> Address { get; } = new("--address", "-a")
    {
        Description = $"A node's API, HOST or HOST:PORT; may be given more than once, the first that answers is used. "
            + $"Default: {NodeAddresses.Variable}, else the nodes in ./agent.yaml or /etc/mysqlha/agent.yaml, and 127.0.0.1",
        HelpName = "HOST[:9631]",
    };

    public static Option<string?> TokenFile { get; } = new("--token-file")
    {
        Description = $"File whose first line is the token to ask with. Default: {ClientAccess.Variable}, else the ring's, by the ring key",
        HelpName = "FILE",
    };

    public static Option<string?> RingKey { get; } = new("--ring-key")
    {
        Description = "The ring's key: it gives the token, and every node's certificate is known by it. "
            + "Default: the one in ./agent.yaml or /etc/mysqlha/agent.yaml, if this user may read it",
        HelpName = "FILE",
    };

    public static Option<string?> Authority { get; } = new("--ca")
    {
        Description = "PEM file with the authority of the nodes' certificates. Default: the ring's, and those that this machine trusts",
        HelpName = "FILE",
    };

    public static Option<bool> Plain { get; } = new("--plain") { Description = "Asks without TLS and without a token, only to look" };

    public static Option<bool> Json { get; } = new("--json") { Description = "JSON for programs" };

    public static Option<string?> To { get; } = new("--to")
    {
        Description = "The next leader: member number, name, address, or beginning of an id. Default: the best follower",
        HelpName = "N",
    };

    /// <summary>A command that shows the cluster; its <c>--json</c> is the node's own document at <c>/name</c>, as it is.</summary>
    public static Command Reading(string name, string description, Action<ClusterView, TextWriter> write) =>
        new Command(name, description) { Json }.Client(async (parse, client, cancellation) =>
        {
            var output = parse.InvocationConfiguration.Output;
            if (parse.GetValue(Json))
            {
                await output.WriteLineAsync(await client.ReadAsync(name, cancellation));
            }
            else
            {
                write(await client.ViewAsync(cancellation), output);
            }

            return ExitCodes.Ok;
        });

    /// <summary>A command of a client: it has --address, its errors become exit codes.</summary>
    public static Command Client(this Command command, Func<ParseResult, ClusterClient, CancellationToken, Task<int>> run)
    {
        command.Options.Add(Address);
        return command.Client(parse => NodeAddresses.Of(parse.GetValue(Address) ?? []), run);
    }

    /// <summary>The same for nodes that are known otherwise.</summary>
    public static Command Client(
        this Command command,
        Func<ParseResult, IReadOnlyList<PeerAddress>> addressesOf,
        Func<ParseResult, ClusterClient, CancellationToken, Task<int>> run)
    {
        command.Options.Add(TokenFile);
        command.Options.Add(RingKey);
        command.Options.Add(Authority);
        command.Options.Add(Plain);
        command.SetAction(async (parse, cancellation) =>
        {
            try
            {
                var addresses = addressesOf(parse);
                var access = ClientAccess.Of(
                    parse.GetValue(TokenFile), parse.GetValue(Authority), parse.GetValue(RingKey), parse.GetValue(Plain), addresses);
                using var client = new ClusterClient(addresses, access);
                return await run(parse, client, cancellation);
            }
            catch (ClientException e)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync($"mysqlha: {PlainText.OneLine(e.Message)}");
                return e.ExitCode;
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync("mysqlha: interrupted");
                return ExitCodes.Error;
            }
        });
        return command;
    }
}
