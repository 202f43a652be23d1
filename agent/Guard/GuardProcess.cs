using System.Globalization;
using MySqlHa.Cluster;
using MySqlHa.Supervision;

namespace MySqlHa.Guard;

/// <summary>
/// The guard of one node (R11): a process of its own beside agent and mysqld that does one thing. Where mysqld may be writable, the agent
/// advances the instant at which it is to be killed; an agent that is frozen or gone does not, and then this kills it.
/// It knows nothing of the cluster, and all that it is told fits on a line.
/// </summary>
public sealed class GuardProcess : IDisposable
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(10);
    private readonly Instant _began = BootClock.Now;
    private readonly ProcessName _self = ProcessName.Of(Environment.ProcessId);
    private readonly FileStream _only;
    private readonly LineFile _orders;
    private readonly LineFile _signs;
    private readonly BootAlarm _alarm;
    private readonly TextWriter _log;
    private GuardOrder? _order;
    private ProcessName _held = ProcessName.None;
    private int _handle = -1;
    private bool _killed;

    /// <summary>Throws <see cref="IOException"/> where another guard is there already.</summary>
    private GuardProcess(string runDirectory, TextWriter log)
    {
        _ = Directory.CreateDirectory(runDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        _only = Alone(GuardFiles.Lock(runDirectory));
        _orders = GuardFiles.Orders(runDirectory);
        _signs = GuardFiles.Signs(runDirectory);
        _alarm = new BootAlarm(_orders.Path);
        _log = log;
    }

    /// <summary>
    /// Runs for ever, or until neither an agent nor a mysqld is there any more: 0. Returns 1, and says why, where it cannot.
    /// </summary>
    /// <param name="runDirectory">Of the node; the agent writes its orders there.</param>
    public static int Run(string runDirectory, bool untilIdle, TextWriter log)
    {
        try
        {
            using var guard = new GuardProcess(Path.GetFullPath(runDirectory), log);
            guard.Say($"guards the mysqld of {Path.GetFullPath(runDirectory)}");
            while (guard.Turn(untilIdle))
            {
            }

            guard.Say("ends: neither an agent nor a mysqld is there");
            return 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.WriteLine($"mysqlha guard: {e.Message}");
            return 1;
        }
    }

    public void Dispose()
    {
        Take(ProcessName.None);
        _alarm.Dispose();
        _signs.Dispose();
        _orders.Dispose();
        _only.Dispose();
    }

    private static FileStream Alone(string path)
    {
        const int wouldBlock = 11;
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e.HResult == wouldBlock)
        {
            throw new IOException($"another guard of this node runs already (it holds {path})", e);
        }
    }

    private bool Turn(bool untilIdle)
    {
        // A line that cannot be read changes nothing: the order before it stands.
        _order = GuardOrder.Parse(_orders.Read(), BootClock.BootId) ?? _order;
        Take(_order?.Mysqld ?? ProcessName.None);
        var now = BootClock.Now;
        if (_handle >= 0 && !_killed && _order!.IsDue(now))
        {
            LinuxProcess.Kill(_handle);
            _killed = true;
            var late = (now - _order.FenceAt).TotalMilliseconds;
            Say($"killed mysqld {_held.Pid}, {late:0.0} ms behind its deadline: its agent did not say that it may go on");
        }

        _signs.Write(new GuardSign(_order?.At ?? Instant.Zero, _self, _handle >= 0 ? _held : ProcessName.None).Line(BootClock.BootId));
        if (untilIdle && now - Instant.Later(_began, _order?.At ?? Instant.Zero) > Idle && !_held.Lives)
        {
            return false;
        }

        var deadline = _handle >= 0 && !_killed ? _order!.FenceAt : Instant.Never;
        _alarm.Wait(untilIdle ? Instant.Earlier(deadline, now + Idle) : deadline);
        return true;
    }

    /// <summary>Holds this process by a handle of the kernel, which never means another one; lets go of the one before.</summary>
    private void Take(ProcessName process)
    {
        if (process == _held && _handle >= 0)
        {
            return;
        }

        if (_handle >= 0)
        {
            LinuxProcess.Close(_handle);
        }

        (_held, _handle, _killed) = (process, process.IsNone ? -1 : LinuxProcess.Open(process.Pid), false);
        if (_handle >= 0 && !process.Lives)
        {
            LinuxProcess.Close(_handle);
            _handle = -1;
        }
    }

    private void Say(string text)
    {
        var at = DateTimeOffset.Now.ToString("yyyy-MM-dd'T'HH:mm:ss.fffzzz", CultureInfo.InvariantCulture);
        _log.WriteLine($"{at} guard {_self.Pid}: {text}");
        _log.Flush();
    }
}
