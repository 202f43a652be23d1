using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Replication;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>
/// Does what the core asks to mysqld, beside the loop, and answers with inputs. It decides nothing; it only reads the lease
/// again right before a statement that opens anything.
/// </summary>
internal sealed partial class EffectRunner(AgentOptions options, NodeId self, LateLoop loop, Func<LocalRecord> local, GuardKeeper guard, ILogger logger) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private RunningMysqld? _mysqld;
    private LocalServer? _server;
    private CancellationTokenSource _life = new();
    private bool _expectExit;
    private Task _adopted = Task.CompletedTask;

    private MysqldOptions MysqldOptions { get; } = new()
    {
        Command = options.Mysqld ?? StartChecks.FindMysqld() ?? "mysqld",
        DataDirectory = options.MysqldDirectory,
        RunDirectory = options.RunDirectory,
        Host = options.Listen,
        Port = options.Ports.Mysql,
        ServerId = ServerIdOf(self),
        ErrorLog = Path.Combine(options.Data, "mysqld.log"),
        SyncRelayLog = options.Durability == Durability.Power,
        // A leader that falls silent is given up before its followers' receivers are: one that is trying to connect again cannot be
        // stopped, and holds the promise up.
        ReplicaNetTimeoutSeconds = (int)Math.Clamp(Math.Ceiling(options.Timing.Lease.TotalSeconds * 2), 3, 60),
        Settings = options.Settings,
    };

    /// <summary>The mysqld that is held; null: none runs.</summary>
    public RunningMysqld? Running
    {
        get
        {
            lock (_gate)
            {
                return _mysqld;
            }
        }
    }

    private ClusterAccountNames Accounts => new(Convert.FromBase64String(local().ClusterSecret), options.ClientUser);

    /// <summary>
    /// What is there at the agent's start: nothing, data, or a running mysqld of an earlier life, which is held from here on.
    /// Its effects lock is taken beside the start, which has less than a lease; effects wait for it.
    /// </summary>
    /// <param name="cluster">That this node belongs to; empty: none yet.</param>
    public (MysqldState State, int Pid) Find(string cluster)
    {
        var founded = cluster.Length > 0;
        var state = DataDirectory.Inspect(options.MysqldDirectory);
        Adopts = RequireRoom(state, founded);
        if (state == DataDirectoryState.OurData)
        {
            RequireOwn(cluster);
        }

        if (!founded || MysqldProcess.TryAdopt(MysqldOptions) is not { } running)
        {
            return (state == DataDirectoryState.OurData ? MysqldState.Stopped : MysqldState.Absent, 0);
        }

        if (state == DataDirectoryState.HalfInitialised)
        {
            // An earlier agent's clone: nobody would see its end, and what it leaves is not served.
            EffectLog.HalfCloned(logger, running.Pid);
            running.Kill();
            _ = running.Exited.GetAwaiter().GetResult();
            return (MysqldState.Absent, 0);
        }

        var server = Hold(running);
        _adopted = Task.Run(async () =>
        {
            var lockTaken = await server.TakeLockAsync(Within(options.Timing.Hung, _ended.Token));
            EffectLog.Adopted(logger, running.Pid, lockTaken is Outcome<Nothing>.Done ? "the effects lock is taken" : "it does not answer");
        });
        return (MysqldState.Running, running.Pid);
    }

    /// <param name="kept">
    /// Of a promotion, which begins beside it: this node's note that it may lead is on its disk. Of any other effect null: it begins behind
    /// what is to be kept.
    /// </param>
    public void Begin(Effect effect, Task? kept = null)
    {
        if (effect is KillMysqld kill)
        {
            Kill(kill);
            return;
        }

        if (effect is StartMysqld start)
        {
            BeginStart();
            _settings = start.Settings;
        }

        var life = _life.Token;
        _ = Task.Run(async () =>
        {
            EffectResult result;
            try
            {
                result = await DoAsync(effect, kept ?? Task.CompletedTask, life);
            }
            catch (Exception e) when (e is SupervisionException or IOException or UnauthorizedAccessException or InvalidOperationException or OperationCanceledException)
            {
                result = Failed("effect-failed", e.Message);
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                EffectLog.Broke(logger, effect.GetType().Name, e);
                result = Failed("effect-broke", e.Message);
            }

            loop.PostSurely(new EffectDone(effect.Id, result));
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _ended.CancelAsync();
        if (_server is { } server)
        {
            await server.DisposeAsync();
        }
    }

    private async Task<EffectResult> DoAsync(Effect effect, Task kept, CancellationToken life)
    {
        switch (effect)
        {
            case InitialiseData initialise:
                return initialise.Adopt ? await AdoptAsync(initialise) : await InitialiseAsync(initialise);
            case RewindBinlog rewind:
                return await RewindAsync(rewind);
            case StartMysqld:
                return await StartAsync();
            case MeasureReach measure:
                return await MeasureAsync(measure);
        }

        await _adopted;
        if (_server is not { } server)
        {
            return Failed("mysqld-down", "mysqld does not run");
        }

        return effect switch
        {
            LookAtMysqld => await LookAsync(server, life),
            StopReceiving => await PromiseAsync(server, life),
            FollowSource follow => await FollowAsync(server, follow, life),
            PromoteServer promote => await PromoteAsync(server, promote, kept, life),
            ForgetSource => await AfterAsync(server, await server.ForgetSourceAsync(Within(options.Timing.Lease * 2, life)), life),
            SetAccess set => await SetAccessAsync(server, set.Access, life),
            WriteMarker marker => ResultOf(await server.MarkerAsync(marker.Epoch, life)),
            OpenServerToClients => await AfterAsync(server, await server.OpenToClientsAsync(LeaseRuns, Within(options.Timing.Lease * 2, life)), life),
            EnableEvents => ResultOf(await server.EnableEventsAsync(life)),
            ApplySettings apply => await ApplyAsync(server, apply, life),
            CheckSettings check => await CheckAsync(server, check, life),
            DemoteServer demote => await DemoteAsync(server, demote, life),
            ReseedServer reseed => await ReseedAsync(server, reseed),
            _ => throw new InvalidOperationException($"no such effect: {effect.GetType().Name}"),
        };
    }

    private bool LeaseRuns() => loop.LeaseLeft() > TimeSpan.Zero;

    private async Task<EffectResult> InitialiseAsync(InitialiseData initialise)
    {
        if (Adopts)
        {
            return Failed("foreign-data", $"adopt: '{options.MysqldDirectory}' holds data that no agent made, and this cluster began without it;"
                + " it is left alone. Move it away, and this node is cloned from the others");
        }

        await MysqldProcess.InitialiseAsync(MysqldOptions with { Cluster = local().ClusterId, Node = self.Hex }, Accounts.InitialSql(initialise.Members), _ended.Token);
        return new EffectResult();
    }

    /// <summary>Keeps hold of a running mysqld and tells the loop when it ends.</summary>
    private LocalServer Hold(RunningMysqld running)
    {
        var agent = Accounts.Agent;
        lock (_gate)
        {
            _mysqld = running;
            _server = new LocalServer(new LocalServerAccess(MysqldOptions.Socket, agent.User, agent.Password));
            _life = new CancellationTokenSource();
            _expectExit = false;
            _starting = null;
        }

        _ = running.Exited.ContinueWith(exit => Ended(running, exit.Result), TaskScheduler.Default);
        return _server;
    }

    private void Ended(RunningMysqld running, ExitReport report)
    {
        LocalServer? server;
        bool expected;
        lock (_gate)
        {
            if (_mysqld != running)
            {
                return;
            }

            (server, expected) = (_server, _expectExit);
            (_mysqld, _server) = (null, null);
            _life.Cancel();
        }

        if (!expected)
        {
            loop.PostSurely(new MysqldExited(report.Sentence));
        }

        _ = server?.DisposeAsync().AsTask();
    }

    /// <summary>
    /// Fences: SIGKILL at once. Clients lose their connection, which proves nothing to them; anything gentler could tell one OK
    /// for a commit that no replica has.
    /// </summary>
    private void Kill(KillMysqld kill)
    {
        EffectLog.Killing(logger, kill.Why.Text);
        RunningMysqld? running;
        lock (_gate)
        {
            running = _mysqld;
            if (running is null && _starting is { } starting)
            {
                // The start ends what it began and answers that it failed.
                _startUnwanted = true;
                starting.CancelAfter(TimeSpan.Zero);
                return;
            }
        }

        if (running is null)
        {
            loop.PostSurely(new MysqldExited("it did not run"));
        }
        else
        {
            running.Kill();
        }
    }

    private async Task<EffectResult> LookAsync(LocalServer server, CancellationToken life)
    {
        var outcome = await server.ProbeAsync(life);
        return outcome switch
        {
            ProbeOutcome.Answered answered => new EffectResult { Status = StatusOf(answered.Status), MysqldPid = _mysqld?.Pid ?? 0 },
            ProbeOutcome.TurnedAway turned => Failed("turned-away", turned.Sentence),
            ProbeOutcome.Unreachable gone => Failed("unreachable", gone.Sentence),
            ProbeOutcome.Hangs hangs => Failed("hangs", hangs.Sentence),
            _ => Failed("unknown", outcome.ToString() ?? ""),
        };
    }

    private async Task<EffectResult> MeasureAsync(MeasureReach measure)
    {
        var answers = await Task.WhenAll(measure.Others.Select(async other =>
            (other.Id, Reached: await Greeting.ComesAsync(
                options.Listen, other.Address.Host, other.Address.MysqlPort, measure.Deadline, _ended.Token))));
        return new EffectResult { Reached = [.. answers.Where(a => a.Reached).Select(a => a.Id)] };
    }

    private async Task<EffectResult> PromiseAsync(LocalServer server, CancellationToken life)
    {
        var outcome = await server.PromiseAsync(Within(options.Timing.Lease * 2, life));
        return outcome is Outcome<GtidSet>.Done done ? (await LookAsync(server, life)) with { Set = done.Value, Failure = null } : ResultOf(outcome);
    }

    private async Task<EffectResult> FollowAsync(LocalServer server, FollowSource follow, CancellationToken life)
    {
        var account = Accounts.Replication(self);
        var order = new FollowOrder(follow.Leader.Address.Host, follow.Leader.Address.MysqlPort, account.User, account.Password, options.Listen, follow.SemiSync, OpenToReaders: true)
        {
            ConnectPatience = options.Timing.Lease / 4,
        };
        return await AfterAsync(server, await server.FollowAsync(order, Within(options.Timing.Lease * 5, life)), life);
    }

    private async Task<EffectResult> SetAccessAsync(LocalServer server, ReplicationAccess access, CancellationToken life)
    {
        var letIn = access.LetIn.Select(Accounts.Replication).ToList();
        var lockedOut = access.LockedOut.Select(m => Accounts.Replication(m).User).ToList();
        return await AfterAsync(server, await server.SetAccessAsync(letIn, lockedOut, Within(options.Timing.Lease * 2, life)), life);
    }

    private async Task<EffectResult> AfterAsync<T>(LocalServer server, Outcome<T> outcome, CancellationToken life)
    {
        var look = await LookAsync(server, life);
        return outcome is Outcome<T>.Done ? look with { Failure = null } : look with { Failure = ResultOf(outcome).Failure };
    }

    private static CancellationToken Within(TimeSpan deadline, CancellationToken life)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(life);
        limit.CancelAfter(deadline);
        return limit.Token;
    }

    private static EffectResult ResultOf<T>(Outcome<T> outcome) => outcome is Outcome<T>.Done ? new EffectResult() : Failed(outcome switch
    {
        Outcome<T>.Refused => "refused",
        Outcome<T>.Failed => "mysql-error",
        _ => "unknown",
    }, Sentence(outcome));

    private static string Sentence<T>(Outcome<T> outcome) => outcome switch
    {
        Outcome<T>.Refused refused => refused.Refusal.Sentence,
        Outcome<T>.Failed failed => failed.Sentence,
        Outcome<T>.Unknown unknown => unknown.Sentence,
        _ => "done",
    };

    private static EffectResult Failed(string code, string text) => new() { Failure = new Reason(code, text) };

    private static MysqldStatus StatusOf(ServerStatus status) => new()
    {
        ServerUuid = status.ServerUuid,
        Version = status.Version,
        Writable = !status.SuperReadOnly,
        OfflineMode = status.OfflineMode,
        Executed = status.Executed,
        Received = status.Received,
        Purged = status.Purged,
        ReceiverRunning = status.Receiver.State == ReplicationState.On,
        ReceiverConnecting = status.Receiver.State == ReplicationState.Connecting,
        SourceHost = status.Receiver.SourceHost,
        ReceiverErrorNumber = status.Receiver.ErrorNumber,
        ReceiverError = status.Receiver.ErrorText,
        ApplierRunning = status.Applier.State == ReplicationState.On,
        ApplierError = status.Applier.ErrorText,
        LagSeconds = status.Lag?.TotalSeconds,
        WaitingSessions = status.SemiSync.WaitSessions,
        AttachedAckers = status.SemiSync.SourceClients,
        SemiSyncSource = status.SemiSync.SourceEnabled,
        SemiSyncReplica = status.SemiSync.ReplicaActive,
        Markers = status.Markers,
    };

    /// <summary>Never 0, and the same for a node for ever.</summary>
    private static uint ServerIdOf(NodeId node) => Math.Max(1, Convert.ToUInt32(node.Hex[..8], 16));
}
