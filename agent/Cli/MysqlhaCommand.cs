using System.CommandLine;
using System.CommandLine.Invocation;
using MySqlHa.Configuration;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>The program's command line.</summary>
public static class MysqlhaCommand
{
    /// <summary>Longer than an agent takes to stop in order after SIGTERM or SIGINT.</summary>
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(30);

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
        if (parse.Action is not ParseErrorAction wrong)
        {
            return await parse.InvokeAsync(configuration);
        }

        wrong.ShowHelp = false;
        _ = await parse.InvokeAsync(configuration);
        await error.WriteLineAsync("'mysqlha --help', and --help after a command, say what there is.");
        return ExitCodes.Usage;
    }
}
