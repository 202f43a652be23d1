using System.Data.Common;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using System.Text.Json.Nodes;
using MySqlHa.Machines.Commands;
using MySqlHa.Machines.Engine;
using MySqlHa.Machines.Hosts;
using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>One stack on machines, for all tests of a class: a folder of its own, and a network that no default names.</summary>
public sealed class StackRoom : IAsyncLifetime
{
    private readonly string _home = Directory.CreateTempSubdirectory("mha-stack-").FullName;
    private System.Net.IPNetwork _network;

    public StackRoom() => Place = new MachinePlace(Path.Combine(_home, "machines"));

    public MachinePlace Place { get; }

    public StateFile State => new(Place.StateFile);

    public IReadOnlyList<Machine> Machines => Machine.All(Place);

    public string AgentArchive => (string)State.Resources.First(r => r.Name == "node1-agent").Inputs["source"]!["asset:path"]!;

    public async Task InitializeAsync()
    {
        ThreadPool.SetMinThreads(64, 64); // the driver blocks a thread for each server that hangs
        _network = await MachineNetwork.FreeAsync();
    }

    public async Task DisposeAsync()
    {
        await CleanUp.AllAsync(Place);
        Directory.Delete(_home, recursive: true);
    }

    /// <summary>An up of the whole program, or what it would do; what it told.</summary>
    internal async Task<(bool Good, string Told)> UpAsync(
        IReadOnlyDictionary<string, string>? configuration = null, IReadOnlyDictionary<string, MachineFault>? faults = null,
        bool preview = false)
    {
        var given = new Dictionary<string, string>(configuration ?? new Dictionary<string, string>())
        {
            ["network"] = _network.ToString(),
            ["waitSeconds"] = "90",
            ["clientsFrom"] = $"""["{MachineNetwork.Gateway(_network)}/32"]""",
        };
        var (exit, told) = await DeskAsync(desk => desk.UpAsync(
            new UpRequest(given, faults ?? new Dictionary<string, MachineFault>()), preview, default));
        return (exit == 0, told);
    }

    internal async Task<(int Exit, string Told)> DeskAsync(Func<MachinesDesk, Task<int>> work)
    {
        var told = new StringWriter();
        var exit = await work(new MachinesDesk(Place, told));
        return (exit, told.ToString());
    }

    internal string Output(string name)
    {
        var value = State.Outputs[name];
        return (string)(value is JsonObject secret ? secret["secret"] : value)!;
    }

    internal Machine At(string address) => Machines.Single(m => m.Record.Address == address);

    internal Machine Named(string name) => Machines.Single(m => m.Record.Name == name);

    /// <summary>Waits until a node says that it follows.</summary>
    internal static async Task FollowsAsync(Machine machine, double within)
    {
        var role = "";
        var good = await Shell.UntilAsync(
            async () => (role = await NodeRole.AskAsync(machine.Record.Address, default)) == NodeRole.Follower,
            TimeSpan.FromSeconds(within));
        Assert.True(good, $"{machine.Record.Name} does not follow within {within} s: {role}");
    }

    /// <summary>Waits until as many nodes vote.</summary>
    internal async Task VoteAsync(int count, double within)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        var voters = 0;
        var settled = await Shell.UntilAsync(
            async () =>
            {
                var view = JsonNode.Parse(await http.GetStringAsync(new Uri(new Uri(Output("censusUrl")), "/view")))!;
                voters = view["members"]!.AsArray().Count(member => (bool?)member!["voter"] == true);
                return voters == count;
            },
            TimeSpan.FromSeconds(within));
        Assert.True(settled, $"{voters} nodes vote after {within} s, {count} shall");
    }

    /// <summary>Runs a command on a machine as the stack's own steps do.</summary>
    internal async Task<ShellResult> SshAsync(Machine machine, string command, string? stdin = null)
    {
        var reach = State.Resources.First(r => r.Name == $"{machine.Record.Name}-reach");
        using var ssh = await SshConnection.DialAsync(reach.Inputs["connection"]!.AsObject(), default);
        return await ssh.RunAsync(command, null, stdin, null, default);
    }

    internal async Task<string> SaysAsync(Machine machine, string command)
    {
        var result = await SshAsync(machine, command);
        Assert.True(result.Good, $"{machine.Record.Name}: {command}: {result.Out}{result.Error}");
        return result.Out.Trim();
    }

    internal async Task<DbConnection> ConnectAsync(string address, double within = 5)
    {
        var connection = MysqlDriver.Remote(address, 3306, Output("clientUser"), Output("adminPassword"));
        var opening = MysqlDriver.OpenAsync(connection);
        await opening.WaitAsync(TimeSpan.FromSeconds(within));
        return connection;
    }

    /// <summary>To the node that the stack says leads. Where it cannot be reached the test fails, with what every node tells.</summary>
    internal async Task<DbConnection> ConnectToLeaderAsync()
    {
        try
        {
            return await ConnectAsync(Output("leaderIp"));
        }
        catch (Exception e) when (e is DbException or TimeoutException)
        {
            var nodes = await Task.WhenAll(Machines.Select(TellAsync));
            throw new InvalidOperationException($"leaderIp is {Output("leaderIp")}: {e.Message}\n{string.Join('\n', nodes)}", e);
        }
    }

    /// <summary>The same agent in another archive: what counts as a version is the archive's content.</summary>
    internal string AnotherVersion()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_home, "another")).FullName;
        using (var packed = new GZipStream(File.OpenRead(AgentArchive), CompressionMode.Decompress))
        {
            TarFile.ExtractToDirectory(packed, folder, overwriteFiles: true);
        }

        File.WriteAllText(Path.Combine(folder, "another-version"), Guid.NewGuid().ToString());
        var archive = Path.Combine(_home, "another.tar.gz");
        using var zip = new GZipStream(File.Create(archive), CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(folder, zip, includeBaseDirectory: false);
        return archive;
    }

    private async Task<string> TellAsync(Machine machine)
    {
        const string Words = "date; mysqlha history | tail -n 5; sudo journalctl --no-pager -o short-iso-precise -u 'mysqlha*' -n 60";
        var role = await NodeRole.AskAsync(machine.Record.Address, default);
        try
        {
            var words = await SshAsync(machine, Words);
            return $"{machine.Record.Name} ({machine.Record.Address}): {role}\n{words.Out}{words.Error}";
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return $"{machine.Record.Name} ({machine.Record.Address}): {role}; no ssh: {e.Message}";
        }
    }
}
