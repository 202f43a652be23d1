using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Commands;

/// <summary><c>./sandbox VERB --machines</c>: the stack of <c>infra/</c> on machines of this host, and what one does to them.</summary>
public static class MachinesCommand
{
    private static readonly Option<string> Home = new("--home")
    {
        Description = "Folder of the machines and the stack's state. Each folder has its own stack.",
        DefaultValueFactory = _ => Environment.GetEnvironmentVariable("MYSQLHA_MACHINES_HOME") ?? ".sandbox/machines",
        Recursive = true,
    };

    private static readonly Argument<string> Node = new("node") { Description = "leader or a node's number, from 1" };

    /// <summary>Wrong words end with 2 and one line for each mistake; the help says what is typed.</summary>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error)
    {
        var root = Build();
        var parse = root.Parse(args);
        if (parse.Action is ParseErrorAction)
        {
            await error.WriteAsync(string.Concat(parse.Errors.Select(e => $"machines: {e.Message}\n")));
            await error.WriteLineAsync("'./sandbox --help --machines', and --help after a command, say what there is.");
            return 2;
        }

        if (parse.Action is not HelpAction)
        {
            return await parse.InvokeAsync();
        }

        using var said = new StringWriter();
        var code = await parse.InvokeAsync(new InvocationConfiguration { Output = said, Error = error });
        await output.WriteAsync(said.ToString().Replace($"  {root.Name} ", "  ./sandbox --machines ", StringComparison.Ordinal));
        return code;
    }

    public static RootCommand Build()
    {
        var command = new RootCommand(
            """
            The stack of infra/, run for real on machines of this host: each a container with systemd, sshd, address and disk of its own.
            The engine and the cloud are stand-ins; the program, ssh, the installation and the cluster are real. Needs root.
            Exit codes: 0 done, 1 error, 2 wrong usage; 'ssh' ends with the command's own code.
            """) { Home };
        Command[] all =
            [Up(), Preview(), Status(), Outputs(), Ssh(), Kill(), Start(), Remove(), Heal(), ConsoleText(), Down()];
        foreach (var subcommand in all)
        {
            command.Subcommands.Add(subcommand);
        }

        return command;
    }

    private static Command Up()
    {
        var options = new UpOptions();
        return Does(
            options.AddTo(new Command("up", "Makes or changes machines and cluster as configured; then tells the outputs")),
            (desk, parsed, cancellation) => desk.UpAsync(options.Read(parsed), preview: false, cancellation));
    }

    private static Command Preview()
    {
        var options = new UpOptions();
        return Does(
            options.AddTo(new Command("preview", "What up would do")),
            (desk, parsed, cancellation) => desk.UpAsync(options.Read(parsed), preview: true, cancellation));
    }

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "For scripts" };
        return Does(
            new Command("status", "Each machine, and who leads") { json },
            (desk, parsed, cancellation) => desk.StatusAsync(parsed.GetValue(json), cancellation));
    }

    private static Command Outputs()
    {
        var secrets = new Option<bool>("--show-secrets") { Description = "With the secret ones" };
        var json = new Option<bool>("--json") { Description = "For scripts" };
        return Does(
            new Command("outputs", "The stack's outputs of the last up") { secrets, json },
            (desk, parsed, _) => Task.FromResult(desk.Outputs(parsed.GetValue(secrets), parsed.GetValue(json))));
    }

    private static Command Ssh()
    {
        var words = new Argument<string[]>("command")
        {
            Description = "After --: a command to run there",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return Does(
            new Command("ssh", "A session on a machine, as its user with sudo") { Node, words },
            (desk, parsed, cancellation) => desk.SshAsync(parsed.GetRequiredValue(Node), parsed.GetValue(words) ?? [], cancellation));
    }

    private static Command Kill() => Does(
        new Command("kill", "Cuts a machine's power") { Node },
        (desk, parsed, cancellation) => desk.KillAsync(parsed.GetRequiredValue(Node), cancellation));

    private static Command Start() => Does(
        new Command("start", "Boots a machine that is off") { Node },
        (desk, parsed, cancellation) => desk.StartAsync(parsed.GetRequiredValue(Node), cancellation));

    private static Command Remove() => Does(
        new Command("delete", "Deletes a machine with its disk, behind the stack's back; its data volume stays") { Node },
        (desk, parsed, cancellation) => desk.DeleteAsync(parsed.GetRequiredValue(Node), cancellation));

    private static Command Heal() => Does(
        new Command("heal", "Ends the fault that a machine was made with") { Node },
        (desk, parsed, cancellation) => desk.HealAsync(parsed.GetRequiredValue(Node), cancellation));

    private static Command ConsoleText() => Does(
        new Command("console", "What a machine wrote on its console") { Node },
        (desk, parsed, cancellation) => desk.ConsoleAsync(parsed.GetRequiredValue(Node), cancellation));

    private static Command Down()
    {
        var force = new Option<bool>("--force") { Description = "Whatever the stack's state says, protected or damaged" };
        return Does(
            new Command("down", "Destroys the stack; leaves no machine, volume, interface, mount or process of it") { force },
            (desk, parsed, cancellation) => desk.DownAsync(parsed.GetValue(force), cancellation));
    }

    private static Command Does(Command command, Func<MachinesDesk, ParseResult, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                return await work(new MachinesDesk(new MachinePlace(parsed.GetRequiredValue(Home)), Console.Out), parsed, cancellation);
            }
            catch (MachinesException e)
            {
                await Console.Error.WriteLineAsync($"machines: {e.Message}");
                return 1;
            }
        });
        return command;
    }
}
