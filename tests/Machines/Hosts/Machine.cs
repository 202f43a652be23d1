using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace MySqlHa.Machines.Hosts;

/// <summary>
/// One machine: systemd in a container of its own, started from the shared root with a disk of its own on top, at an address on the
/// place's bridge. What this process does is over at once; a machine runs on when it ends.
/// </summary>
public sealed class Machine
{
    private static readonly JsonSerializerOptions Json = new() { WriteIndented = true };

    private readonly MachinePlace _place;
    private readonly MachineNetwork _network;

    public Machine(MachinePlace place, MachineRecord record)
    {
        _place = place;
        _network = new MachineNetwork(place);
        Record = record;
        Folder = Path.Combine(place.MachinesFolder, record.Id);
        Group = new ControlGroup(Path.Combine(place.ControlGroup, record.Id));
    }

    public MachineRecord Record { get; private set; }

    public string Folder { get; }

    public string ConsoleFile => Path.Combine(Folder, "console");

    public bool IsRunning => Group.HasProcesses;

    private ControlGroup Group { get; }

    private string RootImage => Path.Combine(Folder, "root.img");

    /// <summary>All machines of a place, by name.</summary>
    public static IReadOnlyList<Machine> All(MachinePlace place) =>
        !Directory.Exists(place.MachinesFolder) ? [] :
        [.. Directory.GetFiles(place.MachinesFolder, "machine.json", SearchOption.AllDirectories)
            .Select(f => new Machine(place, JsonSerializer.Deserialize<MachineRecord>(File.ReadAllText(f))!))
            .OrderBy(m => m.Record.Name, StringComparer.Ordinal)];

    public static Machine? Find(MachinePlace place, string id) => All(place).FirstOrDefault(m => m.Record.Id == id);

    /// <summary>Makes its disk; <see cref="BootAsync"/> is the next step. Throws where the address is taken, as EC2 does.</summary>
    public static async Task<Machine> CreateAsync(MachinePlace place, MachineRecord record)
    {
        if (All(place).FirstOrDefault(m => m.Record.Address == record.Address) is { } other)
        {
            throw new MachinesException(
                $"InvalidIPAddress.InUse: address {record.Address} is in use by {other.Record.Name} ({other.Record.Id})");
        }

        var machine = new Machine(place, record);
        _ = Directory.CreateDirectory(machine.Folder);
        await using (var image = File.Create(machine.RootImage))
        {
            image.SetLength(record.RootGigabytes * 1024L * 1024 * 1024);
        }

        _ = await Shell.MustAsync("mkfs.ext4", "-q", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", machine.RootImage);
        machine.Seed();
        machine.Keep();
        return machine;
    }

    /// <summary>Starts it and returns; nothing in it need be up yet.</summary>
    public async Task BootAsync(string root)
    {
        if (IsRunning)
        {
            return;
        }

        await ReleasedAsync();
        var network = IPNetwork.Parse(Record.Network);
        List<string> boot =
        [
            Path.Combine(AppContext.BaseDirectory, "Hosts", "boot"), Folder, root, Group.Folder,
            Environment.ProcessId.ToString(CultureInfo.InvariantCulture), _place.Name, _network.Link(Record.Address),
            $"{Record.Address}/{network.PrefixLength}", Record.Fault == MachineFault.NoNetwork ? "-" : MachineNetwork.Gateway(network),
            $"{_place.Name}-{Record.Id[2..10]}", Record.Name, Record.Fault == MachineFault.WrongArchitecture ? "x86" : "-",
        ];
        if (Record.Fault == MachineFault.NoSshd)
        {
            boot.Add("systemd.mask=ssh.service");
        }

        File.Delete(Path.Combine(Folder, "pid"));
        _ = await Shell.MustAsync(
            "bash", ["-c", "log=$1; shift; exec setsid -f \"$@\" </dev/null >>\"$log\" 2>&1", "detach", ConsoleFile, "bash", .. boot]);
        int? found = null;
        if (!await Shell.UntilAsync(() => Task.FromResult((found = FindInit()) is not null), TimeSpan.FromSeconds(30))
            || found is not { } init)
        {
            throw new MachinesException($"{Record.Name} does not boot: {LastOfConsole()}");
        }

        foreach (var volume in new Volumes(_place).All.Where(v => v.Machine == Record.Id))
        {
            await PlugAsync(volume);
        }

        // Its mounts wait for this.
        await File.WriteAllTextAsync(RootOf(init) + "/dev/.plugged", "");
        if (Record.Fault == MachineFault.FullDisk)
        {
            await FillDiskAsync();
        }
    }

    /// <summary>As a power cut: every process ends at once. (What the host's page cache holds is not lost, as it would be.)</summary>
    public async Task PowerOffAsync()
    {
        await Group.KillAsync();
        await ReleasedAsync();
    }

    /// <summary>An orderly shutdown; a power cut after 30 seconds.</summary>
    public async Task ShutDownAsync()
    {
        if (FindInit() is { } init)
        {
            // systemd's signal for a halt with power-off: SIGRTMIN+4.
            _ = await Shell.RunAsync("kill", ["-s", "RTMIN+4", init.ToString(CultureInfo.InvariantCulture)]);
            _ = await Shell.UntilAsync(() => Task.FromResult(!IsRunning), TimeSpan.FromSeconds(30));
        }

        await PowerOffAsync();
    }

    /// <summary>Disk and all. Its data volumes stay, without a machine.</summary>
    public async Task DeleteAsync()
    {
        await PowerOffAsync();
        var volumes = new Volumes(_place);
        foreach (var volume in volumes.All.Where(v => v.Machine == Record.Id))
        {
            await volumes.TakeAsync(volume.Id);
        }

        foreach (var left in Directory.Exists("/run/systemd/nspawn") ? Directory.GetDirectories("/run/systemd/nspawn") : [])
        {
            var own = Path.Combine(left, $"{_place.Name}-{Record.Id[2..10]}");
            if (Directory.Exists(own))
            {
                Directory.Delete(own, recursive: true);
            }
        }

        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Makes a volume's devices appear in the running machine.</summary>
    public async Task PlugAsync(VolumeRecord volume)
    {
        if (FindInit() is not { } init)
        {
            return; // the next boot brings them
        }

        var loop = (await new Volumes(_place).DevicesAsync(Record.Id)).First(d => d.Volume.Id == volume.Id).Loop;
        var numbers = (await Shell.MustAsync("stat", "-c", "%Hr %Lr", loop)).Trim().Split(' ');
        foreach (var name in new[] { volume.Device!, Volumes.ById(volume) })
        {
            var path = RootOf(init) + name;
            _ = Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            if (!File.Exists(path))
            {
                _ = await Shell.MustAsync("mknod", "-m", "660", path, "b", numbers[0], numbers[1]);
            }
        }
    }

    /// <summary>Takes them away. Throws where the volume is mounted there.</summary>
    public async Task UnplugAsync(VolumeRecord volume)
    {
        if (FindInit() is not { } init)
        {
            return;
        }

        var mounts = await File.ReadAllTextAsync($"/proc/{init}/mounts");
        string[] names = [$"{volume.Device} ", $"{Volumes.ById(volume)} "];
        if (names.Any(name => mounts.Contains(name, StringComparison.Ordinal)))
        {
            throw new MachinesException($"volume {volume.Id} is mounted on {Record.Name}: it cannot be detached while it is in use");
        }

        File.Delete(RootOf(init) + volume.Device);
        File.Delete(RootOf(init) + Volumes.ById(volume));
    }

    /// <summary>Waits until something greets with ssh's banner on port 22.</summary>
    public async Task WaitForSshAsync(TimeSpan deadline, CancellationToken cancellation = default)
    {
        if (!await Shell.UntilAsync(() => GreetsAsync(cancellation), deadline, cancellation))
        {
            throw new MachinesException(
                $"{Record.Name} ({Record.Address}): no sshd within {deadline.TotalSeconds:0} s; its console ends with: {LastOfConsole()}");
        }
    }

    /// <summary>Ends its fault. The wrong architecture ends with a boot, the others while it runs.</summary>
    public async Task HealAsync(string root)
    {
        var fault = Record.Fault;
        Record = Record with { Fault = MachineFault.None };
        Keep();
        switch (fault)
        {
            case MachineFault.NoNetwork when FindInit() is { } init:
                var gateway = MachineNetwork.Gateway(IPNetwork.Parse(Record.Network));
                await InsideAsync(init, "-n", "ip", "route", "replace", "default", "via", gateway);
                break;
            case MachineFault.FullDisk when FindInit() is { } init:
                File.Delete(RootOf(init) + "/ballast");
                break;
            case MachineFault.NoSshd or MachineFault.WrongArchitecture when IsRunning:
                await PowerOffAsync();
                await BootAsync(root);
                break;
        }
    }

    /// <summary>The process that is number 1 in the machine, as this host numbers it. Null: it does not run.</summary>
    internal int? FindInit() =>
        Group.Processes()
            .Where(pid => IsInit(Status(pid)))
            .Cast<int?>()
            .FirstOrDefault();

    /// <summary>Number 1 of its own, and systemd already: before that, its root may still be the host's.</summary>
    private static bool IsInit(string[] status) =>
        status.Contains("Name:\tsystemd")
        && status.FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal))?.Split('\t') is [_, _, .., "1"];

    /// <summary>A machine's own files, as this host reaches them.</summary>
    private static string RootOf(int init) => Path.Combine("/proc", init.ToString(CultureInfo.InvariantCulture), "root");

    private static string[] Status(int pid)
    {
        try
        {
            return File.ReadAllLines($"/proc/{pid}/status");
        }
        catch (IOException)
        {
            return []; // it ended meanwhile
        }
    }

    private static async Task InsideAsync(int init, string which, params string[] command) =>
        _ = await Shell.MustAsync("nsenter", ["-t", init.ToString(CultureInfo.InvariantCulture), which, .. command]);

    private async Task FillDiskAsync()
    {
        var root = RootOf(FindInit() ?? throw new MachinesException($"{Record.Name} has ended"));
        var free = new DriveInfo(root).AvailableFreeSpace;
        var size = Math.Max(1, free - (4 << 20)).ToString(CultureInfo.InvariantCulture);
        _ = await Shell.MustAsync("fallocate", "-l", size, $"{root}/ballast");
    }

    private async Task<bool> GreetsAsync(CancellationToken cancellation)
    {
        using var client = new TcpClient();
        using var soon = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        soon.CancelAfter(TimeSpan.FromSeconds(2));
        try
        {
            await client.ConnectAsync(Record.Address, 22, soon.Token);
            var greeting = new byte[4];
            await client.GetStream().ReadExactlyAsync(greeting, soon.Token);
            return greeting.AsSpan().SequenceEqual("SSH-"u8);
        }
        catch (Exception e)
            when (e is SocketException or IOException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    /// <summary>What cloud-init reads at the first boot: the folder of a NoCloud data source.</summary>
    private void Seed()
    {
        var seed = Path.Combine(Folder, "seed");
        _ = Directory.CreateDirectory(seed);
        var metadata = new Dictionary<string, object>
        {
            ["instance-id"] = Record.Id,
            ["local-hostname"] = Record.Name,
            ["public-keys"] = Record.PublicKeys,
        };
        // JSON is YAML too.
        File.WriteAllText(Path.Combine(seed, "meta-data"), JsonSerializer.Serialize(metadata, Json));
        File.WriteAllText(Path.Combine(seed, "user-data"), Record.UserData.Length > 0 ? Record.UserData : "#cloud-config\n{}\n");
        File.SetUnixFileMode(seed, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    /// <summary>A disk that is still mounted by a machine that is just ending must not be mounted a second time.</summary>
    private async Task ReleasedAsync()
    {
        if (!await Shell.UntilAsync(async () => !IsRunning && await Volumes.LoopAsync(RootImage) is null, TimeSpan.FromSeconds(20)))
        {
            throw new MachinesException($"{Record.Name} does not let go of its disk {RootImage}");
        }

        Group.Remove();
    }

    private void Keep()
    {
        var file = Path.Combine(Folder, "machine.json");
        File.WriteAllText(file + ".new", JsonSerializer.Serialize(Record, Json));
        File.Move(file + ".new", file, overwrite: true);
        // User data may hold a host's private key.
        File.SetUnixFileMode(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string LastOfConsole() =>
        File.Exists(ConsoleFile) && File.ReadAllText(ConsoleFile).Trim() is { Length: > 0 } text ? text.Split('\n')[^1].Trim() : "nothing";
}
