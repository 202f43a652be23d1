using System.CommandLine;
using MySqlHa.Cluster;
using MySqlHa.Ring;

namespace MySqlHa.Sandbox;

/// <summary>
/// <c>mysqlha sandbox ...</c>, which <c>./sandbox</c> runs: a cluster of real nodes on loopback addresses of this machine,
/// and everything a person does to one.
/// </summary>
public static class SandboxCommand
{
    public const string Name = "sandbox";

    private static readonly Option<string> BaseIp = new("--base-ip")
    {
        Description = "Address of the first node; the others follow it. Each sandbox has its own.",
        DefaultValueFactory = _ => SandboxPlace.DefaultBaseIp,
        Recursive = true,
    };

    public static Command Build()
    {
        var command = new Command(
            Name,
            """
            A cluster of real MySQL servers on this machine: three nodes on 127.0.0.11, .12 and .13, with the ports of production.
            Exit codes: 0 done, 1 error, 2 wrong usage, 3 no leader or not writable, 4 refused with a reason;
            'mysql' ends with the client's own code.
            """);
        command.Options.Add(BaseIp);
        command.Subcommands.Add(Up());
        command.Subcommands.Add(Status());
        command.Subcommands.Add(Mysql());
        command.Subcommands.Add(Logs());
        command.Subcommands.Add(Switchover());
        command.Subcommands.Add(Kill());
        command.Subcommands.Add(Start());
        command.Subcommands.Add(Restart());
        command.Subcommands.Add(Replace());
        command.Subcommands.Add(Partition());
        command.Subcommands.Add(Heal());
        command.Subcommands.Add(Reinit());
        command.Subcommands.Add(Down());
        return command;
    }

    private static Command Up()
    {
        var nodes = new Option<int?>("--nodes")
        {
            Description = "1 node alone, or 3, 5 or 7, which all vote (default: as it is, else 3); it grows, and shrinks to 3",
        };
        nodes.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && (!int.TryParse(token.Value, out var count) || count is not (1 or 3 or 5 or 7)))
            {
                result.AddError($"--nodes {token.Value}: 1, 3, 5 or 7 is allowed");
            }
        });
        var timing = new Option<string?>("--timing") { Description = "How soon a silent leader is given up (default: lan)" };
        _ = timing.AcceptOnlyFromAmong("fast", "lan", "balanced", "wan");
        var mysqld = new Option<string?>("--mysqld") { Description = "The server program; else MYSQLD, else the one found or fetched" };
        var group = new Option<string?>("--group") { Description = "The service group (default: production)" };
        group.Validators.Add(result =>
        {
            if (result.Tokens is [var token] && !ServiceGroup.IsGroup(token.Value))
            {
                result.AddError($"--group: '{PlainText.OneLine(token.Value)}' is not allowed; allowed: {ServiceGroup.Allowed}");
            }
        });
        var ringOf = new Option<string?>("--ring-of")
        {
            Description = "First address of another sandbox: this one comes into its ring, with a group of its own",
            HelpName = "IP",
        };
        const string Purpose = "Starts what does not run and waits for a writable leader and healthy followers";
        var command = new Command("up", Purpose) { nodes, timing, mysqld, group, ringOf };
        return Does(
            command,
            async (place, census, parsed, cancellation) => (int)await new SandboxUp(place, census, Console.Out).RunAsync(
                new UpOptions(
                    parsed.GetValue(nodes),
                    parsed.GetValue(timing),
                    parsed.GetValue(mysqld),
                    parsed.GetValue(group),
                    parsed.GetValue(ringOf)),
                cancellation));
    }

    private static Command Status()
    {
        var json = new Option<bool>("--json") { Description = "For scripts: leader, nodes, client account" };
        return Does(
            new Command("status", "Who leads, and how each node is") { json },
            async (place, census, parsed, cancellation) => (int)await Desk(place, census).StatusAsync(parsed.GetValue(json), cancellation));
    }

    private static Command Mysql()
    {
        var words = new Argument<string[]>("target")
        {
            Description = "leader (default), follower or a node's number; then, after --, arguments of the mysql client",
            Arity = ArgumentArity.ZeroOrMore,
        };
        return Does(
            new Command("mysql", "The mysql client on a node, as the application account") { words },
            async (place, census, parsed, cancellation) =>
            {
                var all = parsed.GetValue(words) ?? [];
                var named = all is [var first, ..] && (first is "leader" or "follower" || first.All(char.IsAsciiDigit));
                var node = await Desk(place, census).FindAsync(named ? all[0] : "leader", cancellation);
                return await Desk(place, census).MysqlAsync(node, named ? all.Skip(1) : all, cancellation);
            });
    }

    private static Command Logs()
    {
        var node = Number();
        var follow = new Option<bool>("--follow", "-f") { Description = "Go on with what is added" };
        var mysqld = new Option<bool>("--mysqld") { Description = "mysqld's error log instead of the agent's" };
        return Does(
            new Command("logs", "What a node's agent wrote") { node, follow, mysqld },
            async (place, census, parsed, cancellation) => (int)await Desk(place, census).LogsAsync(
                place.Required().Node(parsed.GetRequiredValue(node)), parsed.GetValue(mysqld), parsed.GetValue(follow), cancellation));
    }

    private static Command Switchover()
    {
        var to = new Argument<string?>("node")
        {
            Description = "Number of the new leader; else the best follower",
            Arity = ArgumentArity.ZeroOrOne,
        };
        return Does(
            new Command("switchover", "A planned change of leader") { to },
            async (place, census, parsed, cancellation) => (int)await Desk(place, census).SwitchoverAsync(
                parsed.GetValue(to) is { } number ? place.Required().Node(number) : null, cancellation));
    }

    private static Command Kill()
    {
        var target = new Argument<string>("node")
        {
            Description = "leader, or a node's number",
            DefaultValueFactory = _ => "leader",
        };
        var machine = new Option<bool>("--machine") { Description = "Agent and mysqld at once, as a power cut would (default)" };
        var agent = new Option<bool>("--agent") { Description = "The agent alone" };
        var mysqld = new Option<bool>("--mysqld") { Description = "mysqld alone" };
        var guard = new Option<bool>("--guard") { Description = "The guard alone" };
        var freeze = new Option<bool>("--freeze") { Description = "Stop (SIGSTOP) instead of kill -9; start thaws. The guard stays awake" };
        var command = new Command("kill", "kill -9 of a node") { target, machine, agent, mysqld, guard, freeze };
        command.Validators.Add(result =>
        {
            if (new[] { machine, agent, mysqld, guard }.Count(result.GetValue) > 1)
            {
                result.AddError("only one of --machine, --agent, --mysqld and --guard is allowed");
            }
        });
        return Does(
            command,
            async (place, census, parsed, cancellation) =>
            {
                var node = await Desk(place, census).FindAsync(parsed.GetRequiredValue(target), cancellation);
                var only = parsed.GetValue(guard);
                var blow = new Blow(
                    !only && !parsed.GetValue(mysqld), !only && !parsed.GetValue(agent), parsed.GetValue(freeze), only);
                return (int)await Faults(place, census).KillAsync(node, blow);
            });
    }

    private static Command Start()
    {
        var node = Number();
        return Does(
            new Command("start", "Starts a dead node, thaws a frozen one") { node },
            async (place, census, parsed, cancellation) =>
            {
                if (place.Settings is null)
                {
                    using var only = await place.LockAsync(cancellation);
                    place.Prepare(new SandboxSettings(3, "lan", Mysqld.Choose(null, null)));
                }

                return (int)await Faults(place, census).StartAsync(place.Node(parsed.GetRequiredValue(node)), cancellation);
            });
    }

    private static Command Restart()
    {
        var node = Number();
        return Does(
            new Command("restart", "Restarts a node's agent; its mysqld runs on") { node },
            async (place, census, parsed, cancellation) =>
                (int)await Faults(place, census).RestartAsync(place.Required().Node(parsed.GetRequiredValue(node)), cancellation));
    }

    private static Command Replace()
    {
        var node = Number();
        const string Purpose = "A new machine in a node's place: its data is deleted, the others provide it anew";
        return Does(
            new Command("replace", Purpose) { node },
            async (place, census, parsed, cancellation) =>
                (int)await Faults(place, census).ReplaceAsync(place.Required().Node(parsed.GetRequiredValue(node)), cancellation));
    }

    private static Command Partition()
    {
        var node = Number();
        var clients = new Option<bool>("--from-clients") { Description = "From everything, clients and this command included" };
        return Does(
            new Command("partition", "Cuts a node off from the other nodes (needs root)") { node, clients },
            async (place, census, parsed, cancellation) => (int)await Faults(place, census).PartitionAsync(
                place.Required().Node(parsed.GetRequiredValue(node)), parsed.GetValue(clients), cancellation));
    }

    private static Command Heal() =>
        Does(
            new Command("heal", "Removes every cut (needs root)"),
            async (place, census, _, cancellation) => (int)await Faults(place.Required(), census).HealAsync(cancellation));

    private static Command Reinit()
    {
        var node = Number();
        return Does(
            new Command("reinit", "Throws a follower's data away and clones it anew from the cluster") { node },
            async (place, census, parsed, cancellation) =>
                (int)await Desk(place, census).ReinitAsync(place.Required().Node(parsed.GetRequiredValue(node)), cancellation));
    }

    private static Command Down()
    {
        var keep = new Option<bool>("--keep-data") { Description = "Stop everything and leave the data for the next up" };
        return Does(
            new Command("down", "Stops every process of the sandbox and removes its data") { keep },
            async (place, census, parsed, cancellation) =>
            {
                if (place.Settings is null)
                {
                    await new NetworkPartition(place).HealIfAbleAsync(cancellation);
                    Console.WriteLine($"there is no sandbox at {place.BaseIp}");
                    return (int)SandboxExit.Fine;
                }

                return (int)await Faults(place, census).DownAsync(parsed.GetValue(keep), cancellation);
            });
    }

    private static Argument<string> Number() => new("node") { Description = "A node's number, from 1" };

    private static SandboxDesk Desk(SandboxPlace place, CensusClient census) => new(place.Required(), census, Console.Out);

    private static SandboxFaults Faults(SandboxPlace place, CensusClient census) => new(place, census, Console.Out);

    private static Command Does(Command command, Func<SandboxPlace, CensusClient, ParseResult, CancellationToken, Task<int>> work)
    {
        command.SetAction(async (parsed, cancellation) =>
        {
            try
            {
                var place = SandboxPlace.At(parsed.GetRequiredValue(BaseIp), SandboxPlace.DefaultHome());
                using var census = new CensusClient(place.RingKeyFile);
                return await work(place, census, parsed, cancellation);
            }
            catch (SandboxException e)
            {
                await Console.Error.WriteLineAsync($"sandbox: {e.Message}");
                return (int)e.Exit;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or RingKeyException)
            {
                await Console.Error.WriteLineAsync($"sandbox: {e.Message}");
                return (int)SandboxExit.Error;
            }
            catch (OperationCanceledException)
            {
                await Console.Error.WriteLineAsync("sandbox: interrupted; the nodes run on");
                return (int)SandboxExit.Error;
            }
        });
        return command;
    }
}
