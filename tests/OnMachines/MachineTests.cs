using System.Globalization;
using System.Text.Json.Nodes;
using MySqlHa.Machines.Engine;
using MySqlHa.Machines.Hosts;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>Machines by themselves, without the stack.</summary>
[Collection("machines")]
public sealed class MachineTests : IAsyncLifetime
{
    private readonly DirectoryInfo _home = Directory.CreateTempSubdirectory("mha-machine-");
    private readonly MachinePlace _place;
    private string _root = "";
    private string _key = "";
    private string _publicKey = "";
    private System.Net.IPNetwork _network;

    public MachineTests() => _place = new MachinePlace(Path.Combine(_home.FullName, "machines"));

    public async Task InitializeAsync()
    {
        _root = (await Shell.MustAsync(Path.Combine(Repository.Root, "tools", "machine-root"), "--where")).Trim();
        var path = Path.Combine(_home.FullName, "key");
        _ = await Shell.MustAsync("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path);
        _key = await File.ReadAllTextAsync(path);
        _publicKey = (await File.ReadAllTextAsync(path + ".pub")).Trim();
        await new MachineNetwork(_place).UpAsync(_network = await MachineNetwork.FreeAsync());
    }

    public async Task DisposeAsync()
    {
        await CleanUp.AllAsync(_place);
        _home.Delete(recursive: true);
    }

    [MachinesFact]
    public async Task A_volume_outlives_a_power_cut_and_its_machine()
    {
        var machine = await BootAsync("first", At(11), MachineFault.None);
        var volumes = new Volumes(_place);
        volumes.Create("vol-1", 1);
        await machine.PlugAsync(volumes.Give("vol-1", machine.Record.Id));
        var device = Volumes.ById(volumes.Find("vol-1")!);
        await SaysAsync(machine, $"sudo mkfs.ext4 -q {device}; sudo mkdir /data");
        var uuid = await SaysAsync(machine, $"sudo blkid -p -o value -s UUID {device}");
        await SaysAsync(machine, $"echo UUID={uuid} /data ext4 nofail 0 2 | sudo tee -a /etc/fstab");
        await SaysAsync(machine, "sudo mount /data && echo kept | sudo tee /data/word && sudo sync");
        var boot = await SaysAsync(machine, "cat /proc/sys/kernel/random/boot_id");

        await machine.PowerOffAsync();
        Assert.False(machine.IsRunning);
        await machine.BootAsync(_root);
        Assert.Equal("kept", await SaysAsync(machine, "cat /data/word"));
        Assert.NotEqual(boot, await SaysAsync(machine, "cat /proc/sys/kernel/random/boot_id"));
        await Assert.ThrowsAsync<MachinesException>(() => machine.UnplugAsync(volumes.Find("vol-1")!)); // it is mounted

        await machine.DeleteAsync();
        var next = await BootAsync("next", At(11), MachineFault.None);
        await next.PlugAsync(volumes.Give("vol-1", next.Record.Id));
        Assert.Equal("kept", await SaysAsync(next, $"sudo mkdir /data; sudo mount {device} /data; cat /data/word"));

        var taken = await Assert.ThrowsAsync<MachinesException>(() => BootAsync("third", At(11), MachineFault.None));
        Assert.Contains("InvalidIPAddress.InUse", taken.Message, StringComparison.Ordinal);
    }

    [MachinesFact]
    public async Task A_machine_without_sshd_fails_a_command_after_the_dials_allowed_and_is_reached_once_healed()
    {
        var machine = await BootAsync("mute", At(12), MachineFault.NoSshd);
        var refused = await Assert.ThrowsAsync<MachinesException>(() => SshConnection.DialAsync(Connection(machine, dials: 3), default));
        Assert.Matches($"after 3 failed attempts: dial {At(12)}:22: .*refused", refused.Message);
        await machine.HealAsync(_root);
        Assert.Equal("mute", await SaysAsync(machine, "hostname"));
    }

    [MachinesFact]
    public async Task Ssh_keeps_to_the_semantics_of_remote_commands()
    {
        var machine = await BootAsync("words", At(13), MachineFault.None);
        using var ssh = await SshConnection.DialAsync(Connection(machine), default);
        Assert.Equal("typed in", (await ssh.RunAsync("cat", null, "typed in", null, default)).Out);
        Assert.Equal(7, (await ssh.RunAsync("exit 7", null, null, null, default)).ExitCode);

        // Debian's sshd takes LANG and LC_* only.
        Assert.Equal("C\n", (await ssh.RunAsync("echo $LC_MESSAGES", new JsonObject { ["LC_MESSAGES"] = "C" }, null, null, default)).Out);
        var refused = await Assert.ThrowsAsync<MachinesException>(
            () => ssh.RunAsync("true", new JsonObject { ["COLOUR"] = "blue" }, null, null, default));
        Assert.Contains("could not set environment variable \"COLOUR\"", refused.Message, StringComparison.Ordinal);

        var file = Path.Combine(_home.FullName, "file");
        await File.WriteAllTextAsync(file, "content");
        await ssh.CopyAsync(file, "/tmp/made/on/the/way/file", default);
        Assert.Equal("content", (await ssh.RunAsync("cat /tmp/made/on/the/way/file", null, null, null, default)).Out);

        var connection = Connection(machine, dials: 1);
        connection["hostKey"] = _publicKey; // not the machine's
        var stranger = await Assert.ThrowsAsync<MachinesException>(() => SshConnection.DialAsync(connection, default));
        Assert.Contains("Host key verification failed", stranger.Message, StringComparison.Ordinal);
    }

    [MachinesFact]
    public async Task A_network_that_another_bridge_of_the_host_has_is_not_taken() =>
        Assert.NotEqual(_network, await MachineNetwork.FreeAsync());

    private string At(byte host) => _network.BaseAddress.ToString()[..^1] + host.ToString(CultureInfo.InvariantCulture);

    private async Task<Machine> BootAsync(string name, string address, MachineFault fault)
    {
        var machine = await Machine.CreateAsync(
            _place, new MachineRecord(RecordedProvider.NewId("i-"), name, address, _network.ToString(), [_publicKey], "", 8, fault));
        await machine.BootAsync(_root);
        return machine;
    }

    private async Task<string> SaysAsync(Machine machine, string command)
    {
        using var ssh = await SshConnection.DialAsync(Connection(machine), default);
        var result = await ssh.RunAsync(command, null, null, null, default);
        Assert.True(result.Good, $"{command}: {result.Out}{result.Error}");
        return result.Out.Trim();
    }

    private JsonObject Connection(Machine machine, double dials = 20) => new()
    {
        ["host"] = machine.Record.Address,
        ["user"] = "ubuntu",
        ["privateKey"] = _key,
        ["dialErrorLimit"] = dials,
        ["perDialTimeout"] = 5d,
    };
}
