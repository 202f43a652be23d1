using System.Net;
using System.Net.Sockets;
using System.Text.Json;

namespace MySqlHa.Supervision;

/// <summary>
/// Starts this node's mysqld, finds the one an earlier agent started, and initialises its data. A mysqld started here
/// lives on when the agent dies: own session, no pipe. At most one per data directory.
/// </summary>
public static class MysqldProcess
{
    /// <summary>
    /// Makes a new data directory with all accounts in it: built beside its place, marked, renamed. What a crashed
    /// attempt left is removed; data that is not ours is never touched. <paramref name="initSql"/> holds passwords: it is
    /// in a 0600 file while mysqld reads it, and in no argument. Throws <see cref="SupervisionException"/>.
    /// </summary>
    public static Task InitialiseAsync(MysqldOptions options, string initSql, CancellationToken cancellation) =>
        new Initialisation(options.Validated()).RunAsync(initSql, cancellation);

    /// <summary>
    /// Starts mysqld and returns when it answers on its socket. Cancelled, it leaves the process running, to be adopted
    /// (crash recovery may take minutes). Throws <see cref="SupervisionException"/> where it cannot start or exits before it answers.
    /// </summary>
    public static async Task<RunningMysqld> StartAsync(MysqldOptions options, CancellationToken cancellation)
    {
        options = options.Validated();
        CheckBeforeStart(options);
        MysqldErrorLog log;
        RunningMysqld mysqld;
        try
        {
            SecretFile.CreateDirectory(options.RunDirectory);
            _ = Directory.CreateDirectory(Path.GetDirectoryName(options.ErrorLog)!);
            SecretFile.Write(options.ConfigFile, MysqldSettings.Render(options));
            // A killed mysqld leaves these; their process number may be somebody else's by now.
            File.Delete(options.Socket);
            File.Delete(options.Socket + ".lock");
            log = MysqldErrorLog.FromNow(options.ErrorLog);
            mysqld = Launch(options, [$"--defaults-file={options.ConfigFile}", DataDirectoryArgument(options)], log);
            WriteRecord(options, mysqld);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StartFailure.FromSystem(e, options);
        }

        await WaitUntilReadyAsync(options, mysqld, log, cancellation);
        return mysqld;
    }

    /// <summary>
    /// The mysqld of these options that runs already, or null. It must be the recorded one (process number, start time and
    /// boot) and be told our data directory; with the record lost, any process told our my.cnf and data directory is ours.
    /// </summary>
    public static RunningMysqld? TryAdopt(MysqldOptions options)
    {
        options = options.Validated();
        var log = new MysqldErrorLog(options.ErrorLog, 0);
        if (ReadRecord(options) is { } record
            && record.BootId == LinuxProcess.BootId()
            && LinuxProcess.StartTime(record.Pid) == record.StartTime
            && IsOurs(options, record.Pid)
            && RunningMysqld.Hold(record.Pid, child: false, log) is { } known
            && known.StartTime == record.StartTime)
        {
            return known;
        }

        // The agent may have died between starting mysqld and writing the record.
        var found = LinuxProcess.All().FirstOrDefault(pid => IsOurs(options, pid) && LinuxProcess.StartTime(pid) is not null);
        var held = found == 0 ? null : RunningMysqld.Hold(found, child: false, log);
        if (held is not null)
        {
            WriteRecord(options, held);
        }

        return held;
    }

    /// <summary>Waits until the server speaks on its socket; throws where the process ends first. For an adopted one as well.</summary>
    public static Task WaitUntilReadyAsync(MysqldOptions options, RunningMysqld mysqld, CancellationToken cancellation) =>
        WaitUntilReadyAsync(options.Validated(), mysqld, new MysqldErrorLog(options.ErrorLog, 0), cancellation);

    internal static RunningMysqld Launch(MysqldOptions options, IReadOnlyList<string> arguments, MysqldErrorLog log)
    {
        var pid = LinuxProcess.Spawn(options.Command, arguments, options.ErrorLog);
        return RunningMysqld.Hold(pid, child: true, log)
            ?? throw new SupervisionException(
                SupervisionError.SystemCall, $"The system gave no handle on process {pid}: this agent needs Linux 5.3 or later.");
    }

    internal static string DataDirectoryArgument(MysqldOptions options) => $"--datadir={options.DataDirectory}";

    private static void CheckBeforeStart(MysqldOptions options)
    {
        var state = DataDirectory.Inspect(options.DataDirectory);
        if (state != DataDirectoryState.OurData)
        {
            throw StartFailure.FromState(state, options);
        }

        if (LinuxProcess.All().FirstOrDefault(pid => UsesData(options, pid) && LinuxProcess.StartTime(pid) is not null) is > 0 and var user)
        {
            throw new SupervisionException(
                SupervisionError.DataInUse, $"The data directory '{options.DataDirectory}' is in use by another mysqld, process {user}.");
        }

        var address = IPAddress.Parse(options.Host);
        using var probe = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            probe.Bind(new IPEndPoint(address, options.Port));
        }
        catch (SocketException e)
        {
            throw StartFailure.FromPort(e, options);
        }
    }

    private static bool UsesData(MysqldOptions options, int pid) => LinuxProcess.CommandLine(pid).Contains(DataDirectoryArgument(options));

    private static bool IsOurs(MysqldOptions options, int pid)
    {
        var arguments = LinuxProcess.CommandLine(pid);
        return arguments.Contains(DataDirectoryArgument(options)) && arguments.Contains($"--defaults-file={options.ConfigFile}");
    }

    internal static async Task WaitUntilReadyAsync(MysqldOptions options, RunningMysqld mysqld, MysqldErrorLog log,
        CancellationToken cancellation)
    {
        while (!await AnswersAsync(options.Socket, cancellation))
        {
            // There is no event for "the socket is there now"; 10 ms is lost at most.
            var pause = Task.Delay(TimeSpan.FromMilliseconds(10), cancellation);
            if (await Task.WhenAny(mysqld.Exited, pause) == mysqld.Exited)
            {
                throw StartFailure.FromExit(await mysqld.Exited, log, options);
            }

            await pause;
        }
    }

    /// <summary>Whether a server greets on the socket: the first packet's number is 0 and its protocol 10.</summary>
    private static async Task<bool> AnswersAsync(string path, CancellationToken cancellation)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(1));
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), patience.Token);
            var greeting = new byte[5];
            await using var stream = new NetworkStream(socket);
            await stream.ReadExactlyAsync(greeting, patience.Token);
            return greeting[3] == 0 && greeting[4] == 10;
        }
        catch (Exception e) when (e is IOException or SocketException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    private static void WriteRecord(MysqldOptions options, RunningMysqld mysqld)
    {
        var record = new ProcessRecord(mysqld.Pid, mysqld.StartTime, LinuxProcess.BootId());
        SecretFile.Write(options.RecordFile + ".new", JsonSerializer.Serialize(record, SupervisionJson.Default.ProcessRecord));
        File.Move(options.RecordFile + ".new", options.RecordFile, overwrite: true);
    }

    private static ProcessRecord? ReadRecord(MysqldOptions options)
    {
        try
        {
            return File.Exists(options.RecordFile)
                ? JsonSerializer.Deserialize(File.ReadAllText(options.RecordFile), SupervisionJson.Default.ProcessRecord)
                : null;
        }
        catch (JsonException)
        {
            return null; // as good as none: the search by arguments finds the process
        }
    }

    internal sealed record ProcessRecord(int Pid, long StartTime, string BootId);
}
