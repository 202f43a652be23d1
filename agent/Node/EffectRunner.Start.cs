using MySqlHa.Core;
using MySqlHa.Replication;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Starting mysqld, which may take long and may become unwanted meanwhile.</summary>
internal sealed partial class EffectRunner
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private CancellationTokenSource? _starting;
    private bool _startUnwanted;

    private void BeginStart()
    {
        lock (_gate)
        {
            _starting = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
            _startUnwanted = false;
        }
    }

    private async Task<EffectResult> StartAsync()
    {
        if (_starting is null)
        {
            BeginStart(); // within a clone
        }

        using var patience = _starting!;
        patience.CancelAfter(StartPatience);
        try
        {
            var running = await StartedOrFoundAsync(patience.Token);
            var server = Hold(running);
            var lockTaken = await server.TakeLockAsync(patience.Token);
            if (lockTaken is not Outcome<Nothing>.Done)
            {
                running.Kill();
                _ = await running.Exited;
                return Failed("no-access", Sentence(lockTaken));
            }

            ClientFile.Write(options.ClientFile, Accounts.Application);
            ClientFile.Write(options.ElectionFile, Accounts.Election);
            var look = await LookAsync(server, patience.Token);
            return look with { MysqldPid = running.Pid };
        }
        catch (SupervisionException e) when (e.Error == SupervisionError.ExitedDuringStart && !_startUnwanted)
        {
            return Failed("effect-failed", e.Message) with { EndedInStart = true };
        }
        catch (OperationCanceledException) when (_startUnwanted)
        {
            if (MysqldProcess.TryAdopt(MysqldOptions) is { } unwanted)
            {
                unwanted.Kill();
                _ = await unwanted.Exited;
            }

            return Failed("killed", "it was killed while it started");
        }
        finally
        {
            lock (_gate)
            {
                _starting = null;
            }
        }
    }

    /// <summary>A recovery may outlast the patience of one start: the next one waits for that same process.</summary>
    private async Task<RunningMysqld> StartedOrFoundAsync(CancellationToken patience)
    {
        if (MysqldProcess.TryAdopt(MysqldOptions) is not { } found)
        {
            return await MysqldProcess.StartAsync(WithCluster(), patience);
        }

        await MysqldProcess.WaitUntilReadyAsync(MysqldOptions, found, patience);
        return found;
    }
}
