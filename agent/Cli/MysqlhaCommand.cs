using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>The program's command line.</summary>
public static class MysqlhaCommand
{
    /// <summary>Longer than an agent takes to stop in order after SIGTERM or SIGINT.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

    /// <summary>Of a shorter word anything could have been meant.</summary>
    private const int ShortestTypo = 4;

    /// <param name="runAgent">Runs the node until the token is cancelled; returns the exit code.</param>
    /// <param name="runGuard">Guards the mysqld below a data directory, for ever or until nothing is there; returns the exit code.</param>
    public static RootCommand Build(Func<AgentOptions, CancellationToken, Task<int>> runAgent, Func<string, bool, int> runGuard) => new(
        $"""
        A MySQL cluster that elects, replicates and heals itself.

        {ExitCodes.Help}
        """)
    {
        AgentCommand.Build(runAgent),
        GuardCommand.Build(runGuard),
        StatusCommand.Build(),
        TopCommand.Build(),
        CensusCommand.Build(),
        ServicesCommand.Build(),
        HistoryCommand.Build(),
        ExplainCommand.Build(),
        RoleCommand.Build(),
        DsnCommand.Build(),
        WaitCommand.Build(),
        SwitchoverCommand.Build(),
        FailoverCommand.Build(),
        StepDownCommand.Build(),
        DrillCommand.Build(),
        ElectionCommand.Build(),
        PauseCommand.Build(),
        ResumeCommand.Build(),
        MaintenanceCommand.Build(),
        ConfigCommand.Build(),
        RestartCommand.Build(),
        ReinitCommand.Build(),
        VotersCommand.Build(),
        AddCommand.Build(),
        RemoveCommand.Build(),
        RingCommand.Build(),
        TokenCommand.Build(),
        InSandbox(),
        CompletionCommand.Build(),
        VersionCommand.Build(),
    };

    private static Command InSandbox()
    {
        var sandbox = SandboxCommand.Build();
        sandbox.Subcommands.Add(DrillCommand.BuildForSandbox());
        sandbox.Subcommands.Add(ElectionCommand.BuildForSandbox());
        return sandbox;
    }

    /// <summary>Parses and runs; wrong words end with <see cref="ExitCodes.Usage"/>.</summary>
    public static async Task<int> RunAsync(RootCommand root, IReadOnlyList<string> args, TextWriter output, TextWriter error)
    {
        var parse = root.Parse(args);
        var configuration = new InvocationConfiguration
        {
            Output = output,
            Error = error,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = StopPatience,
        };
        var isSandbox = IsSandbox(parse.CommandResult);
        if (parse.Action is not ParseErrorAction wrong)
        {
            return parse.Action is not HelpAction ? await parse.InvokeAsync(configuration)
                : parse.CommandResult.Command == root ? await ListAsync(root, () => parse.InvokeAsync(configuration))
                : isSandbox ? await TypedAsync($"{root.Name} sandbox", configuration, () => parse.InvokeAsync(configuration))
                : await parse.InvokeAsync(configuration);
        }

        wrong.ShowHelp = false;
        wrong.ShowTypoCorrections = parse.UnmatchedTokens.All(token => token.Length >= ShortestTypo);
        using var said = new StringWriter();
        (configuration.Output, configuration.Error) = (said, said); // what was meant is guessed on standard output, unless told otherwise
        _ = await parse.InvokeAsync(configuration);
        var text = parse.Errors.Aggregate(said.ToString(), (text, e) => text.Replace(e.Message, Sentence(e), StringComparison.Ordinal));
        await error.WriteAsync(text.TrimStart('\n'));
        await error.WriteLineAsync($"'{(isSandbox ? "./sandbox" : "mysqlha")} --help', and --help after a command, say what there is.");
        return ExitCodes.Usage;
    }

    private static bool IsSandbox(SymbolResult? result) =>
        result is CommandResult command && (command.Command.Name == SandboxCommand.Name || IsSandbox(command.Parent));

    /// <summary>The help of what is typed as <c>./sandbox</c> says so.</summary>
    private static async Task<int> TypedAsync(string words, InvocationConfiguration configuration, Func<Task<int>> help)
    {
        var output = configuration.Output;
        using var said = new StringWriter();
        configuration.Output = said;
        var code = await help();
        await output.WriteAsync(said.ToString().Replace($"  {words} ", "  ./sandbox ", StringComparison.Ordinal));
        return code;
    }

    /// <summary>In the list of commands each has its first line; its own help has the rest.</summary>
    private static async Task<int> ListAsync(RootCommand root, Func<Task<int>> help)
    {
        var whole = root.Subcommands.Select(command => (Command: command, command.Description)).ToList();
        whole.ForEach(w => w.Command.Description = w.Description?.Split('\n')[0]);
        var code = await help();
        whole.ForEach(w => w.Command.Description = w.Description);
        return code;
    }

    /// <summary>A word that is none of a few, in one line that names its option; other errors do that already.</summary>
    private static string Sentence(ParseError error)
    {
        var lines = error.Message.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        if (!lines[0].EndsWith("Must be one of:", StringComparison.Ordinal) || error.SymbolResult is not { Tokens: [.., var token] } result)
        {
            return error.Message;
        }

        var name = result is OptionResult option ? option.Option.Name : result is ArgumentResult argument ? argument.Argument.Name : "";
        var allowed = string.Join(", ", lines[1..].Select(line => line.Trim('\'')));
        return $"{name}: '{PlainText.OneLine(token.Value)}' is not allowed; allowed: {allowed}";
    }
}
