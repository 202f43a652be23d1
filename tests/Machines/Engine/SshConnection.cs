using System.Globalization;
using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>
/// A connection as <c>Pulumi.Command</c> makes one from its arguments, by this machine's ssh client: dialled until the limit of errors,
/// the host's key checked where it is given and not otherwise. Commands and copies run over it as sessions.
/// </summary>
public sealed class SshConnection : IDisposable
{
    private const string Anything = "/dev/null";

    private readonly string _folder = Directory.CreateTempSubdirectory("mha-ssh-").FullName;
    private readonly string _host;
    private readonly string _user;
    private readonly int _port;
    private readonly List<string> _options;

    private SshConnection(JsonObject connection)
    {
        _host = (string)connection["host"]!;
        _user = (string?)connection["user"] ?? "root";
        _port = (int)((double?)connection["port"] ?? 22);
        var hostKey = (string?)connection["hostKey"];
        var known = Path.Combine(_folder, "known");
        File.WriteAllText(known, hostKey is null ? "" : $"{(_port == 22 ? _host : $"[{_host}]:{_port}")} {hostKey}\n");
        _options =
        [
            "-F", Anything, "-o", "LogLevel=ERROR", "-o", "ControlPath=" + Path.Combine(_folder, "control"), "-o", "BatchMode=yes",
            "-o", $"StrictHostKeyChecking={(hostKey is null ? "no" : "yes")}",
            "-o", $"UserKnownHostsFile={(hostKey is null ? Anything : known)}", "-o", "GlobalKnownHostsFile=" + Anything,
            "-o", string.Create(CultureInfo.InvariantCulture, $"ConnectTimeout={(int)((double?)connection["perDialTimeout"] ?? 15)}"),
            "-o", "ServerAliveInterval=5", "-o", "ServerAliveCountMax=6",
        ];
        if ((string?)connection["privateKey"] is { } key)
        {
            var identity = Path.Combine(_folder, "identity");
            using (var file = new FileStream(identity, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            }))
            {
                file.Write(System.Text.Encoding.UTF8.GetBytes(key.TrimEnd() + "\n"));
            }

            _options.AddRange(["-o", "IdentitiesOnly=yes", "-i", identity]);
        }

        if ((string?)connection["agentSocketPath"] is { } agent)
        {
            _options.AddRange(["-o", "IdentityAgent=" + agent]);
        }
    }

    /// <summary>Throws, naming the host, where the last attempt allowed has failed.</summary>
    public static async Task<SshConnection> DialAsync(JsonObject connection, CancellationToken cancellation)
    {
        var limit = (int)((double?)connection["dialErrorLimit"] ?? 10);
        var ssh = new SshConnection(connection);
        try
        {
            for (var (attempt, pause) = (1, 0.1); ; attempt++, pause = Math.Min(pause * 1.5, 5))
            {
                // The first session, which all others share; it stays in the background until it is told to end.
                var dialled = await Shell.RunAsync(
                    "bash",
                    [
                        "-c", "log=$1; shift; ssh \"$@\" </dev/null >\"$log\" 2>&1 || { cat \"$log\" >&2; exit 1; }", "dial",
                        // It passes on a variable of a session only if it might send it itself.
                        Path.Combine(ssh._folder, "log"), .. ssh._options, "-o", "ControlMaster=yes", "-o", "SendEnv=*", "-f", "-N",
                        .. ssh.Target,
                    ],
                    cancellation: cancellation);
                if (dialled.Good)
                {
                    return ssh;
                }

                if (limit >= 0 && attempt >= limit)
                {
                    throw new MachinesException(
                        $"after {attempt} failed attempts: dial {ssh._host}:{ssh._port}: {dialled.LastLine.Trim()}");
                }

                await Task.Delay(TimeSpan.FromSeconds(pause), cancellation);
            }
        }
        catch
        {
            ssh.Dispose();
            throw;
        }
    }

    /// <summary>Runs a command in the user's login shell.</summary>
    /// <param name="environment">Sent by ssh itself. Throws where sshd does not take a name, as the provider does.</param>
    public async Task<ShellResult> RunAsync(
        string command, JsonObject? environment, string? stdin, Action<string, bool>? line, CancellationToken cancellation)
    {
        // In its environment and not among its arguments, which anyone on this machine can read.
        var variables = (environment ?? []).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value ?? "")).ToList();
        List<string> options = [.. _options, .. variables.SelectMany(v => new[] { "-o", $"SendEnv={v.Key}" })];
        foreach (var (name, _) in variables)
        {
            // ssh does not wait for an answer to it; the provider does, and fails.
            var asked = await Shell.RunAsync(
                "ssh", [.. options, .. Target, $"printenv {name}"], environment: variables, cancellation: cancellation);
            if (!asked.Good)
            {
                throw new MachinesException(
                    $"could not set environment variable \"{name}\": ssh: setenv failed (sshd's AcceptEnv lacks it)");
            }
        }

        return await Shell.RunAsync(
            "ssh", [.. options, .. Target, "--", command], stdin, line, environment: variables, cancellation: cancellation);
    }

    /// <summary>Copies a file or a folder. Folders above it are made; the mode is that of a new file.</summary>
    public async Task CopyAsync(string source, string remotePath, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(remotePath.TrimEnd('/')) ?? "";
        if (folder.Length > 0)
        {
            var quoted = folder.Replace("'", "'\\''", StringComparison.Ordinal);
            Check(await RunAsync($"mkdir -p '{quoted}'", null, null, null, cancellation), remotePath);
        }

        var port = _port.ToString(CultureInfo.InvariantCulture);
        var copied = await Shell.RunAsync(
            "scp", ["-q", "-r", "-P", port, .. _options, "--", source, $"{_user}@{_host}:{remotePath}"], cancellation: cancellation);
        Check(copied, remotePath);
    }

    public void Dispose()
    {
        _ = Shell.RunAsync("ssh", [.. _options, "-O", "exit", .. Target]).GetAwaiter().GetResult();
        Directory.Delete(_folder, recursive: true);
    }

    private IEnumerable<string> Target => ["-p", _port.ToString(CultureInfo.InvariantCulture), $"{_user}@{_host}"];

    private void Check(ShellResult result, string path)
    {
        if (!result.Good)
        {
            throw new MachinesException($"copy to {_host}:{path} failed: {result.LastLine.Trim()}");
        }
    }
}
