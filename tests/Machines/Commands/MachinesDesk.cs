using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlHa.Infra;
using MySqlHa.Infra.Census;
using MySqlHa.Machines.Engine;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Commands;

/// <summary>What the commands do. Exit codes as the commands give them.</summary>
public sealed class MachinesDesk(MachinePlace place, TextWriter writer)
{
    private const string DefaultNetwork = "10.20.0.0/16";

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    /// <summary>The repository: the program's project file and the tools are found from here.</summary>
    private static string Repository
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "tools", "machine-root")))
                {
                    return folder.FullName;
                }
            }

            throw new MachinesException($"no tools/machine-root above {AppContext.BaseDirectory}: this is run in the repository");
        }
    }

    public async Task<int> UpAsync(UpRequest request, bool preview, CancellationToken cancellation)
    {
        using var only = place.Lock();
        var configuration = Configuration(request.Configuration);
        var network = configuration.GetValueOrDefault("network", DefaultNetwork);
        var root = await RootAsync();
        if (!preview)
        {
            await File.WriteAllTextAsync(place.SettingsFile, JsonSerializer.Serialize(configuration, Indented), cancellation);
            // A network that is none is for the program to refuse, with all else that is wrong.
            if (IPNetwork.TryParse(network, out var parsed))
            {
                await new MachineNetwork(place).UpAsync(parsed);
            }
        }

        var run = Run(log => Providers.All(place, root, network, request.Faults, log));
        var refresh = StackConfiguration.Refreshes(Path.Combine(Repository, "Pulumi.yaml"));
        return await run.UpAsync(configuration, preview, refresh, cancellation) ? 0 : 1;
    }

    public async Task<int> DownAsync(bool force, CancellationToken cancellation)
    {
        using var only = place.Lock();
        if (!force && File.Exists(place.StateFile))
        {
            var root = await RootAsync();
            var run = Run(log => Providers.All(place, root, DefaultNetwork, new Dictionary<string, MachineFault>(), log));
            if (!await run.DestroyAsync(cancellation))
            {
                return 1;
            }
        }

        await CleanUp.AllAsync(place);
        await writer.WriteLineAsync("nothing of the machines is left");
        return 0;
    }

    public async Task<int> StatusAsync(bool json, CancellationToken cancellation)
    {
        var nodes = await Task.WhenAll(Machine.All(place).Select(async machine =>
            (Machine: machine, Role: machine.IsRunning ? await NodeRole.AskAsync(machine.Record.Address, cancellation) : "off")));
        if (json)
        {
            var all = nodes.Select(n => new JsonObject
            {
                ["name"] = n.Machine.Record.Name,
                ["instance"] = n.Machine.Record.Id,
                ["address"] = n.Machine.Record.Address,
                ["running"] = n.Machine.IsRunning,
                ["role"] = n.Role,
            });
            await writer.WriteLineAsync(new JsonArray([.. all]).ToJsonString(Indented));
            return 0;
        }

        if (nodes.Length == 0)
        {
            await writer.WriteLineAsync("there are no machines: up makes them");
        }

        foreach (var (machine, role) in nodes)
        {
            var record = machine.Record;
            await writer.WriteLineAsync($"  {record.Name,-8} {record.Address,-14} {(machine.IsRunning ? "runs" : "off"),-5} {role}");
        }

        return 0;
    }

    public int Outputs(bool secrets, bool json)
    {
        var outputs = new StateFile(place.StateFile).Outputs;
        JsonNode? Shown(JsonNode? value) =>
            value is JsonObject map && map.ContainsKey("secret") ? secrets ? map["secret"] : JsonValue.Create("[secret]") : value;
        outputs = new JsonObject(outputs.Select(p => KeyValuePair.Create(p.Key, Shown(p.Value)?.DeepClone())));
        if (json)
        {
            writer.WriteLine(outputs.ToJsonString(Indented));
        }
        else
        {
            StackRun.Tell(new EngineLog(writer), outputs);
        }

        return 0;
    }

    public async Task<int> SshAsync(string node, IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        var key = (string?)new StateFile(place.StateFile).Outputs["sshPrivateKey"]?["secret"]
            ?? throw new MachinesException("no up has come to its end yet, so the key is not known here");
        var file = Path.Combine(place.Home, "ssh.key");
        await SecretFile.WriteAsync(file, key);
        var start = new ProcessStartInfo("ssh");
        string[] words =
        [
            "-i", file, "-o", "IdentitiesOnly=yes", "-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null",
            "-o", "LogLevel=ERROR", "-o", "ConnectTimeout=10", $"ubuntu@{machine.Record.Address}", .. command,
        ];
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        using var ssh = Process.Start(start)!;
        await ssh.WaitForExitAsync(cancellation);
        return ssh.ExitCode;
    }

    public async Task<int> KillAsync(string node, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        await machine.PowerOffAsync();
        await writer.WriteLineAsync($"{machine.Record.Name} ({machine.Record.Address}) is off; start brings it back");
        return 0;
    }

    public async Task<int> StartAsync(string node, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        await machine.BootAsync(await RootAsync());
        await machine.WaitForSshAsync(TimeSpan.FromSeconds(60), cancellation);
        await writer.WriteLineAsync($"{machine.Record.Name} ({machine.Record.Address}) runs");
        return 0;
    }

    public async Task<int> DeleteAsync(string node, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        await machine.DeleteAsync();
        await writer.WriteLineAsync($"{machine.Record.Name} ({machine.Record.Id}) is deleted; its data volume is not");
        return 0;
    }

    public async Task<int> HealAsync(string node, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        var fault = machine.Record.Fault;
        await machine.HealAsync(await RootAsync());
        await writer.WriteLineAsync($"{machine.Record.Name}: {(fault == MachineFault.None ? "had no fault" : $"{fault} is over")}");
        return 0;
    }

    public async Task<int> ConsoleAsync(string node, CancellationToken cancellation)
    {
        var machine = await FindAsync(node, cancellation);
        await writer.WriteAsync(File.Exists(machine.ConsoleFile) ? await File.ReadAllTextAsync(machine.ConsoleFile, cancellation) : "");
        return 0;
    }

    /// <summary>The root that machines start from. Throws with the one sentence that says why machines cannot run here.</summary>
    private static async Task<string> RootAsync()
    {
        var made = await Shell.RunAsync(
            Path.Combine(Repository, "tools", "machine-root"), ["--where"], line: (line, isError) =>
            {
                if (isError)
                {
                    Console.Error.WriteLine(line);
                }
            });
        return made.Good ? made.Out.Trim() : throw new MachinesException(made.LastLine);
    }

    private StackRun Run(Func<EngineLog, IReadOnlyDictionary<string, IProvider>> providers) =>
        new(options => new ClusterStack(new HttpCensus(), options), new StateFile(place.StateFile), providers, writer);

    /// <summary>What the machines need to be like, what was said at earlier ups, and what is said now; the later wins.</summary>
    private Dictionary<string, string> Configuration(IReadOnlyDictionary<string, string> given)
    {
        var x64 = RuntimeInformation.OSArchitecture == Architecture.X64;
        var all = new Dictionary<string, string>
        {
            ["aws:region"] = "eu-central-1",
            ["architecture"] = x64 ? "x64" : "arm64",
            // Small: all of them share this host's memory.
            ["instanceType"] = x64 ? "t3.small" : "t4g.small",
            ["network"] = DefaultNetwork,
            ["dataGb"] = "10",
        };
        var kept = File.Exists(place.SettingsFile)
            ? JsonSerializer.Deserialize<Dictionary<string, string>>(File.ReadAllText(place.SettingsFile))!
            : [];
        foreach (var (key, value) in kept.Concat(given))
        {
            all[key] = value;
        }

        return all;
    }

    private async Task<Machine> FindAsync(string node, CancellationToken cancellation)
    {
        var all = Machine.All(place);
        if (node == "leader")
        {
            foreach (var machine in all.Where(m => m.IsRunning))
            {
                if (await NodeRole.AskAsync(machine.Record.Address, cancellation) == NodeRole.Leader)
                {
                    return machine;
                }
            }

            throw new MachinesException("no machine leads now; status says what each is");
        }

        var names = all.Count == 0 ? "it has none, up makes them" : $"{string.Join(", ", all.Select(m => m.Record.Name))} are";
        return all.FirstOrDefault(m => m.Record.Name == $"node{node}" || m.Record.Name == node)
            ?? throw new MachinesException($"'{node}' is no machine of this stack: {names}");
    }
}
