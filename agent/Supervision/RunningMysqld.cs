namespace MySqlHa.Supervision;

/// <summary>How a mysqld ended. Code and signal are unknown where it was not our child.</summary>
/// <param name="LastErrors">The last [ERROR] lines of its log, oldest first.</param>
public sealed record ExitReport(int Pid, int? ExitCode, int? Signal, IReadOnlyList<string> LastErrors)
{
    public string Sentence =>
        (ExitCode, Signal) switch
        {
            (_, { } signal) => $"mysqld (process {Pid}) was ended by signal {signal}.",
            ({ } code, _) => $"mysqld (process {Pid}) exited with {code}.",
            _ => $"mysqld (process {Pid}) ended.",
        }
        + (LastErrors.Count > 0 ? $" Its log ends with: {string.Join(" | ", LastErrors)}" : "");
}

/// <summary>
/// One live mysqld process, started by us or by the agent before us. Its end is known at once. It never means another
/// process that got the same number: a kernel handle (pidfd) is held until the end.
/// </summary>
public sealed class RunningMysqld
{
    private readonly TaskCompletionSource<ExitReport> _exited = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _handleGate = new();
    private readonly MysqldErrorLog _log;
    private int _pidfd;

    private RunningMysqld(int pid, long startTime, int pidfd, bool child, MysqldErrorLog log)
    {
        (Pid, StartTime, _pidfd, WasAdopted, _log) = (pid, startTime, pidfd, !child, log);
        new Thread(() => Watch(child)) { IsBackground = true, Name = $"mysqld {pid}" }.Start();
    }

    public int Pid { get; }

    /// <summary>
    /// The kernel's start time of the process, in its ticks since boot. With the number it names the process for this boot.
    /// </summary>
    public long StartTime { get; }

    /// <summary>Started by an earlier agent: not our child.</summary>
    public bool WasAdopted { get; }

    /// <summary>Done as soon as the process has ended and, where it was our child, is reaped.</summary>
    public Task<ExitReport> Exited => _exited.Task;

    /// <summary>
    /// SIGKILL: the only way a mysqld of the cluster is stopped. Anything gentler tells waiting clients OK. Await <see cref="Exited"/>
    /// after it.
    /// </summary>
    public void Kill()
    {
        lock (_handleGate)
        {
            if (_pidfd >= 0)
            {
                LinuxProcess.Kill(_pidfd);
            }
        }
    }

    /// <summary>Shuts a private server down (<see cref="PrivateMysqld"/>): one with clients is only ever killed.</summary>
    public void EndInOrder()
    {
        lock (_handleGate)
        {
            if (_pidfd >= 0)
            {
                LinuxProcess.EndInOrder(_pidfd);
            }
        }
    }

    /// <summary>Takes hold of a live process; null where it ended before we could.</summary>
    internal static RunningMysqld? Hold(int pid, bool child, MysqldErrorLog log)
    {
        var startTime = LinuxProcess.StartTime(pid);
        var pidfd = LinuxProcess.Open(pid);
        if (pidfd >= 0 && startTime is { } started && LinuxProcess.StartTime(pid) == started)
        {
            return new RunningMysqld(pid, started, pidfd, child, log);
        }

        // A child that is dead already (an unreaped one keeps its number, so it is no other): it is told as an exit.
        if (child && pidfd >= 0)
        {
            return new RunningMysqld(pid, startTime ?? 0, pidfd, child, log);
        }

        if (pidfd >= 0)
        {
            LinuxProcess.Close(pidfd);
        }

        return null;
    }

    private void Watch(bool child)
    {
        LinuxProcess.WaitForEnd(_pidfd);
        var status = child ? LinuxProcess.Reap(Pid) : null;
        lock (_handleGate)
        {
            LinuxProcess.Close(_pidfd);
            _pidfd = -1;
        }

        _exited.SetResult(new ExitReport(Pid, status?.ExitCode, status?.Signal, _log.LastErrors(3)));
    }
}
