using System.CommandLine;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha guard</c>: the process that fences mysqld when its agent cannot. An agent starts it, or a service manager.</summary>
internal static class GuardCommand
{
    /// <param name="run">Blocks; told the directory and whether to end once nothing is there to be guarded.</param>
    public static Command Build(Func<string, bool, int> run)
    {
        var data = new Option<string>("--data") { Description = "The agent's own 'data'", HelpName = "DIR", Required = true };
        var idle = new Option<bool>("--until-idle") { Description = "End when neither the agent nor its mysqld is there" };
        const string Description = "Kills mysqld where its agent does not fence it in time (agents start this themselves)";
        var command = new Command("guard", Description) { data, idle };
        command.SetAction(async (parse, cancellation) =>
        {
            var directory = parse.GetRequiredValue(data);
            if (!Directory.Exists(directory))
            {
                await parse.InvocationConfiguration.Error.WriteLineAsync(
                    $"mysqlha: --data '{directory}' is no directory: what the agent is configured with as 'data' is allowed");
                return ExitCodes.Usage;
            }

            try
            {
                var running = Task.Run(() => run(directory, parse.GetValue(idle)), CancellationToken.None);
                return await running.WaitAsync(cancellation);
            }
            catch (OperationCanceledException)
            {
                return ExitCodes.Ok;
            }
        });
        return command;
    }
}
