using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Guard;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>
/// The agent's side of the guard: tells it until when mysqld may run, sees whether it listens, and starts one where that is this agent's
/// task. The guard outlives the agent as mysqld does.
/// </summary>
/// <param name="own">This agent starts its guard; else a service manager does.</param>
internal sealed class GuardKeeper(string runDirectory, string log, bool own, Timing timing, ILogger logger) : IDisposable
{
    private readonly LineFile _orders = GuardFiles.Orders(runDirectory);
    private readonly LineFile _signs = GuardFiles.Signs(runDirectory);
    private volatile GuardOrder? _last;
    private Instant? _unanswered;
    private Instant _startedAt = Instant.Zero;
    private int _child;

    /// <summary>Called by the loop at each step, before effects are begun: written where it changed, and once a heartbeat.</summary>
    public void Order(RunningMysqld? mysqld, Instant fenceAt)
    {
        var now = BootClock.Now;
        var process = mysqld is null ? ProcessName.None : new ProcessName(mysqld.Pid, mysqld.StartTime);
        if (_last is not { } last || last.Mysqld != process || last.FenceAt != fenceAt || now >= last.At + timing.Heartbeat)
        {
            var order = new GuardOrder(now, process, fenceAt);
            _orders.Write(order.Line(BootClock.BootId));
            _last = order;
        }
    }

    /// <summary>True once the guard holds the mysqld of the last order and knows its deadline; false where it does not in time.</summary>
    public async Task<bool> KnowsAsync(CancellationToken patience)
    {
        var order = _last;
        while (order is not null && !patience.IsCancellationRequested)
        {
            if (Sign()?.Covers(order) == true)
            {
                return true;
            }

            // Another process's file: there is no event to wait for; 2 ms are lost at most.
            await Task.Delay(TimeSpan.FromMilliseconds(2), CancellationToken.None);
        }

        return false;
    }

    /// <summary>Until cancelled: sees to it that there is a guard, and tells the loop when there is none for too long.</summary>
    public Task WatchAsync(NodeLoop loop, CancellationToken cancellation)
    {
        var missing = false;
        return Watching.UntilCancelledAsync("the guard of this node", timing.Heartbeat, Look, logger, cancellation);

        void Look()
        {
            var now = BootClock.Now;
            var sign = Sign();
            var silence = Silence(now, sign);
            See(sign, silence, now);
            if (missing != GuardWatch.IsMissing(silence, timing))
            {
                missing = !missing;
                loop.PostSurely(new GuardNoted(missing ? $"the guard of this node is missing: {Whose}" : ""));
            }
        }
    }

    public void Dispose()
    {
        _orders.Dispose();
        _signs.Dispose();
    }

    private string Whose => own ? $"the agent cannot keep one running; look at {log}" : "its service does not run (mysqlha guard)";

    private GuardSign? Sign() => GuardSign.Parse(_signs.Read(), BootClock.BootId);

    /// <summary>Counted from the first order without an answer, not from the last sign: a frozen agent wrote none meanwhile.</summary>
    private TimeSpan Silence(Instant now, GuardSign? sign)
    {
        var answered = sign?.At ?? Instant.Zero;
        if (_last is not { } last || answered >= last.At)
        {
            _unanswered = null;
            return TimeSpan.Zero;
        }

        _unanswered ??= last.At;
        return now - Instant.Later(_unanswered.Value, answered);
    }

    private void See(GuardSign? sign, TimeSpan silence, Instant now)
    {
        if (_child > 0 && !ProcessName.Of(_child).Lives)
        {
            _ = LinuxProcess.Reap(_child);
            _child = 0;
        }

        switch (GuardWatch.Care(silence, sign?.Guard.Lives == true, own, now - _startedAt, timing))
        {
            case GuardCare.Kill:
                GuardLog.Silent(logger, sign!.Guard.Pid);
                Kill(sign.Guard);
                break;
            case GuardCare.Start:
                _startedAt = now;
                Start();
                break;
        }
    }

    private void Start()
    {
        try
        {
            string[] words = [.. OwnProgram(), "guard", "--data", Path.GetDirectoryName(runDirectory)!, "--until-idle"];
            _child = LinuxProcess.Spawn(words[0], words[1..], log, ours: true);
            GuardLog.Started(logger, _child);
        }
        catch (SupervisionException e)
        {
            GuardLog.CannotStart(logger, e.Message);
        }
    }

    private static void Kill(ProcessName process)
    {
        var handle = LinuxProcess.Open(process.Pid);
        if (handle >= 0)
        {
            if (process.Lives)
            {
                LinuxProcess.Kill(handle);
            }

            LinuxProcess.Close(handle);
        }
    }

    /// <summary>This very program: its own executable, or dotnet with its dll.</summary>
    private static IEnumerable<string> OwnProgram()
    {
        var program = Environment.ProcessPath
            ?? throw new SupervisionException(SupervisionError.SystemCall, "This program does not know where it is.");
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Path.Combine(AppContext.BaseDirectory, "mysqlha.dll")] : [program];
    }
}
