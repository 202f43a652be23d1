using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using MySqlHa.Ring;

namespace MySqlHa.Sandbox;

/// <summary>What a sandbox was made with; kept beside its nodes so that later commands need not be told again.</summary>
/// <param name="Nodes">1, which is alone (topology standalone); or 3, 5 or 7. All vote.</param>
/// <param name="Timing">A preset: fast, lan, balanced or wan.</param>
/// <param name="Mysqld">Absolute path of the server program.</param>
/// <param name="Group">The service group.</param>
/// <param name="RingOf">First address of the sandbox whose ring it is in; null: its own.</param>
public sealed record SandboxSettings(int Nodes, string Timing, string Mysqld, string Group = "production", string? RingOf = null)
{
    public int Voters => Nodes >= 7 ? 7 : Nodes >= 5 ? 5 : Nodes >= 2 ? 3 : 1;
}

/// <summary>
/// A sandbox on disk: a folder named after its first address. Nodes have consecutive addresses from there, all in 127.0.0.0/8,
/// so sandboxes with other addresses live side by side.
/// </summary>
public sealed class SandboxPlace
{
    public const string DefaultBaseIp = "127.0.0.11";

    // The kernel's limit for the path of a unix socket, which mysqld has below its node's folder.
    private const int LongestSocketPath = 106;

    private SandboxPlace(string baseIp, string directory)
    {
        BaseIp = baseIp;
        Directory = directory;
        try
        {
            Settings = File.Exists(SettingsFile)
                ? JsonSerializer.Deserialize(File.ReadAllText(SettingsFile), SandboxJson.Default.SandboxSettings)
                : null;
        }
        catch (JsonException e)
        {
            throw new SandboxException(
                SandboxExit.Error, $"{SettingsFile} is damaged ({e.Message}); remove the folder {directory} once nothing of it runs");
        }

        if (Settings is { Nodes: not (1 or 3 or 5 or 7) } or { Timing: null } or { Mysqld: null } or { Group: null })
        {
            throw new SandboxException(
                SandboxExit.Error,
                $"{SettingsFile} is damaged (Nodes is {Settings.Nodes}; 1, 3, 5 or 7 is allowed, with a Timing, a Mysqld and a Group); "
                + $"remove the folder {directory} once nothing of it runs");
        }
    }

    public string BaseIp { get; }

    public string Directory { get; }

    /// <summary>Null: nothing was made here yet.</summary>
    public SandboxSettings? Settings { get; private set; }

    public string RingKeyFile => Path.Combine(Directory, "ring.key");

    public IReadOnlyList<SandboxNode> Nodes =>
        [.. Enumerable.Range(1, Settings?.Nodes ?? 0).Select(n => new SandboxNode(n, AddressOf(n), Path.Combine(Directory, $"node{n}")))];

    private string SettingsFile => Path.Combine(Directory, "sandbox.json");

    /// <summary>The sandbox at an address, made already or not. Throws where the address cannot be one's first.</summary>
    public static SandboxPlace At(string baseIp, string home)
    {
        return IsBase(baseIp)
            ? new SandboxPlace(baseIp, Path.Combine(Path.GetFullPath(home), baseIp))
            : throw new SandboxException(
                SandboxExit.Usage,
                $"--base-ip {baseIp}: the first node's address is one of 127.x.y.2 to 127.x.y.246, the others follow it");
    }

    /// <summary>Where sandboxes are kept unless told otherwise.</summary>
    public static string DefaultHome() =>
        Environment.GetEnvironmentVariable("MYSQLHA_SANDBOX_HOME") is { Length: > 0 } home
            ? home
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "mysqlha", "sandbox");

    /// <summary>An account (the application's) of the sandbox that a node with this address belongs to; null: none here does.</summary>
    public static ClientAccount? AccountAt(string address, string home, string file = "client.cnf") =>
        With(address, home).Select(place => ClientAccount.Of(place.Nodes, file)).FirstOrDefault(account => account is not null);

    /// <summary>The file of the ring key of the sandbox that a node with this address belongs to; null: none here does.</summary>
    public static string? KeyAt(string address, string home) =>
        IPAddress.TryParse(address, out var ip) && IPAddress.IsLoopback(ip)
            ? With(address, home).Select(place => place.RingKeyFile).FirstOrDefault(File.Exists)
            : null;

    private static IEnumerable<SandboxPlace> With(string address, string home) => System.IO.Directory.Exists(home)
        ? System.IO.Directory.EnumerateDirectories(home).Select(Path.GetFileName).Where(name => IsBase(name ?? ""))
            .Select(name => At(name!, home)).Where(place => place.Nodes.Any(n => n.Ip == address))
        : [];

    private static bool IsBase(string ip) =>
        IPAddress.TryParse(ip, out var parsed) && parsed.ToString() == ip && parsed.GetAddressBytes() is [127, _, _, >= 2 and <= 246];

    /// <summary>Throws where there is no sandbox here.</summary>
    public SandboxPlace Required() =>
        Settings is not null ? this : throw new SandboxException(SandboxExit.Error, $"there is no sandbox at {BaseIp}: up makes one");

    /// <summary>The node of a number. Throws where there is none.</summary>
    public SandboxNode Node(string number) =>
        int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= 1 && n <= Nodes.Count
            ? Nodes[n - 1]
            : throw new SandboxException(SandboxExit.Usage, $"'{number}' is no node of this sandbox: 1 to {Nodes.Count} are");

    /// <summary>
    /// Only one command at a time may start or remove nodes. Throws after 10 seconds of waiting for the other one.
    /// </summary>
    public async Task<IDisposable> LockAsync(CancellationToken cancellation)
    {
        _ = System.IO.Directory.CreateDirectory(Directory);
        var path = Path.Combine(Directory, "lock");
        for (var tries = 0; ; tries++)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
            }
            catch (IOException) when (tries < 100)
            {
                await Task.Delay(100, cancellation);
            }
            catch (IOException)
            {
                throw new SandboxException(SandboxExit.Error, $"another sandbox command works on {BaseIp} and does not finish");
            }
        }
    }

    /// <summary>Writes what the agents read; what is there already stays as it was made, the ring key above all.</summary>
    public void Prepare(SandboxSettings settings)
    {
        var ring = RingOf(settings);
        Settings = settings;
        foreach (var node in Nodes)
        {
            var socket = Path.Combine(node.DataDirectory, "run", "mysql.sock");
            if (Encoding.UTF8.GetByteCount(socket) > LongestSocketPath)
            {
                throw new SandboxException(
                    SandboxExit.Error,
                    $"the path {socket} is longer than the {LongestSocketPath} bytes a socket may have: "
                    + "set MYSQLHA_SANDBOX_HOME to a shorter one");
            }

            _ = System.IO.Directory.CreateDirectory(node.DataDirectory);
            WriteWhole(node.ConfigFile, AgentYaml(node, settings, ring));
        }

        if (!File.Exists(RingKeyFile))
        {
            (ring is null ? RingKey.Create("sandbox") : RingKey.Load(ring.RingKeyFile)).Save(RingKeyFile);
        }

        WriteWhole(SettingsFile, JsonSerializer.Serialize(settings, SandboxJson.Default.SandboxSettings));
    }

    /// <summary>The sandbox whose ring it is in; null: its own. Throws where there is none.</summary>
    private SandboxPlace? RingOf(SandboxSettings settings) =>
        settings.RingOf is not { } ip ? null
        : IsBase(ip) ? At(ip, Path.GetDirectoryName(Directory)!).Required()
        : throw new SandboxException(SandboxExit.Usage, $"--ring-of {ip}: a sandbox's first address is one of 127.x.y.2 to 127.x.y.246");

    private static void WriteWhole(string path, string text)
    {
        File.WriteAllText(path + ".new", text);
        File.Move(path + ".new", path, overwrite: true);
    }

    private string AgentYaml(SandboxNode node, SandboxSettings settings, SandboxPlace? ring) =>
        $"""
        # Written by the sandbox at each up.
        group: {settings.Group}
        topology: {(settings.Nodes == 1 ? "standalone" : "leader")}
        name: {node.Name}
        listen: {node.Ip}
        data: {Quoted(node.DataDirectory)}
        peers: [{string.Join(", ", settings.Nodes == 1 ? [] : Nodes.Concat(ring?.Nodes ?? []).Select(n => n.Ip))}]
        ring-key: {Quoted(RingKeyFile)}
        voters: {Math.Max(3, settings.Voters)}
        timing: {settings.Timing}
        mysqld: {Quoted(settings.Mysqld)}
        ports:
          ring: {node.Address.RingPort}
          http: {node.Address.HttpPort}
          mysql: {node.Address.MysqlPort}

        """;

    private static string Quoted(string text) => $"\"{JsonEncodedText.Encode(text)}\"";

    private string AddressOf(int number)
    {
        var bytes = IPAddress.Parse(BaseIp).GetAddressBytes();
        bytes[3] += (byte)(number - 1);
        return new IPAddress(bytes).ToString();
    }
}
