using System.CommandLine;
using MySqlHa.Configuration;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha agent</c>: the supervisor of one node. Flags say the same as the configuration's keys and win over them.</summary>
internal static class AgentCommand
{
    public static Command Build(Func<AgentOptions, CancellationToken, Task<int>> run)
    {
        var config = Text("--config", "Configuration, one YAML file; flags win over it", "FILE");
        var peers = new Option<string[]>("--peer") { Description = "Another node; may be given more than once", HelpName = "HOST[:9638]" };
        var adopt = new Option<bool>("--adopt") { Description = "Take over a data directory that has data of its own" };
        var check = new Option<bool>("--check") { Description = "Only read the configuration and say whether it is in order" };
        Option<string?>[] texts =
        [
            Text("--group", "Service group (default: default)", "NAME"),
            Text("--topology", "leader: one node among others; standalone: one node alone (default: leader)", "KIND"),
            Text("--name", "Name of this node (default: host name)", "NAME"),
            Text("--listen", "IP address of this node", "IP"),
            Text("--data", "Directory for MySQL's data, agent state and secrets", "DIR"),
            Text("--ring-key", "The key that 'mysqlha ring new' made", "FILE"),
            Text("--mysqld", "mysqld 8.4 or 9.x (default: the one in PATH)", "FILE"),
            Text("--timing", "fast, lan, balanced or wan (default: lan)", "PRESET"),
            Text("--voters", "3, 5 or 7 (default: 3)", "COUNT"),
        ];
        const string Description = "Runs the agent of this node until it is told to stop (SIGTERM, SIGINT)";
        var command = new Command("agent", Description) { config, peers, adopt, check };
        foreach (var text in texts)
        {
            command.Options.Add(text);
        }

        command.SetAction((parse, cancellation) =>
            RunAsync(parse, parse.GetValue(config), Flags(parse, texts, peers, adopt), parse.GetValue(check) ? null : run, cancellation));
        return command;
    }

    private static Option<string?> Text(string name, string description, string help) =>
        new(name) { Description = description, HelpName = help };

    private static Dictionary<string, IReadOnlyList<string>> Flags(
        ParseResult parse,
        Option<string?>[] texts,
        Option<string[]> peers,
        Option<bool> adopt)
    {
        var flags = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var option in texts)
        {
            if (parse.GetValue(option) is { } text)
            {
                flags[option.Name.TrimStart('-')] = [text];
            }
        }

        if (parse.GetValue(peers) is { Length: > 0 } given)
        {
            flags["peers"] = given;
        }

        if (parse.GetResult(adopt) is { Implicit: false })
        {
            flags["adopt"] = [parse.GetValue(adopt) ? "true" : "false"];
        }

        return flags;
    }

    private static async Task<int> RunAsync(
        ParseResult parse,
        string? config,
        Dictionary<string, IReadOnlyList<string>> flags,
        Func<AgentOptions, CancellationToken, Task<int>>? run,
        CancellationToken cancellation)
    {
        var error = parse.InvocationConfiguration.Error;
        try
        {
            var options = AgentOptionsFile.Load(config, flags);
            if (run is null)
            {
                var good = $"{options.Name} of group {options.Group}: the configuration is in order";
                await parse.InvocationConfiguration.Output.WriteLineAsync(good);
                return ExitCodes.Ok;
            }

            var problems = StartChecks.Problems(options);
            return problems.Count == 0 ? await run(options, cancellation) : throw new ConfigurationException(problems);
        }
        catch (ConfigurationException e)
        {
            await error.WriteLineAsync($"mysqlha: the agent cannot start with this configuration ({e.Problems.Length} to mend):");
            foreach (var problem in e.Problems)
            {
                await error.WriteLineAsync($"  {problem}");
            }

            return ExitCodes.Usage;
        }
    }
}
