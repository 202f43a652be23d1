using System.Collections.Immutable;
using System.Reflection;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Consensus;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Hooks;
using MySqlHa.Proxy;
using MySqlHa.Ring;
using MySqlHa.Storage;
using MySqlHa.Supervision;
using MySqlHa.Telemetry;

namespace MySqlHa.Node;

/// <summary>
/// One agent's life: checks the machine, takes hold of what an earlier life left, starts ring, API and loop, and leaves mysqld
/// running when it goes.
/// </summary>
public static class AgentRunner
{
    public static string Version { get; } = typeof(AgentRunner).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <summary>For options that passed <see cref="StartChecks"/>. Runs until cancelled: 0. Returns 1, with one sentence in the log, where the agent cannot start or must not go on.</summary>
    public static async Task<int> RunAsync(AgentOptions options, ILoggerFactory loggers, CancellationToken stopping)
    {
        var logger = loggers.CreateLogger("mysqlha");
        try
        {
            (int Code, bool DiskFull) life;
            while ((life = await LiveAsync(options, logger, stopping)).DiskFull)
            {
                NodeLog.WaitsForRoom(logger, options.Data);
                await DiskWatch.UntilRoomAsync(options.Data, stopping);
                NodeLog.HasRoom(logger, options.Data);
            }

            return life.Code;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return 0;
        }
        catch (Exception e) when (e is StorageException or SupervisionException or RingKeyException or RingBindException or ApiListenException or ProxyListenException
            or IOException or UnauthorizedAccessException or FormatException)
        {
            NodeLog.CannotStart(logger, e.Message);
            return 1;
        }
    }

    private static async Task<(int Code, bool DiskFull)> LiveAsync(AgentOptions options, ILogger logger, CancellationToken stopping)
    {
        var keys = RingKeys.Load(options.RingKeyPath);
        foreach (var directory in new[] { options.Data, options.StateDirectory, options.RunDirectory })
        {
            _ = Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        using var log = RaftLogFile.Open(Path.Combine(options.StateDirectory, "raft"));
        if (log.TornTail is { } torn)
        {
            NodeLog.Recovered(logger, torn);
        }

        var self = NodeIdentity.LoadOrMake(Path.Combine(options.StateDirectory, "node-id"));
        var localFile = Path.Combine(options.StateDirectory, "local.json");
        var local = LoadLocal(localFile);
        RequireGroup(options, local);
        StandaloneCheck.Require(options, self, local, log.Kept);
        using var lease = new LeaseFile(Path.Combine(options.RunDirectory, "lease"));
        using var announced = new AnnouncedFile(Path.Combine(options.StateDirectory, "announced"));
        using var guard = new GuardKeeper(
            options.RunDirectory, Path.Combine(options.Data, "guard.log"), options.Guard == GuardOwner.Agent, options.Timing, logger);
        // The runner needs the loop to post to, the loop the core, and the core what the runner finds.
        var late = new LateLoop();
        await using var effects = new EffectRunner(options, self, late, () => late.Local(local), guard, logger);
        var (state, pid) = effects.Find(local.ClusterId);
        await StartPorts.RequireFreeAsync(options, mysqldRuns: state == MysqldState.Running, stopping);
        if (state != MysqldState.Running)
        {
            DiskWatch.RequireRoom(options.Data);
        }

        // A mysqld that runs has proven its binary; asking it for its version would cost a tenth of the lease.
        var program = options.Mysqld ?? StartChecks.FindMysqld()!;
        var binary = state == MysqldState.Running ? null : await MysqldBinary.InspectAsync(program, stopping);
        if (effects.Adopts)
        {
            effects.RequireFit(binary!.Version);
        }

        var server = binary?.VersionText ?? $"pid {pid}, taken over";
        var restored = new CoreRestored(log.Kept, local, state, lease.Read(BootClock.Now + options.Timing.Rest), pid, announced.Index);
        var coreOptions = CoreOptionsOf(options, self) with { Adopts = effects.Adopts };
        var core = new NodeCore(coreOptions, restored, new Random(BitConverter.ToInt32(RandomNumberGenerator.GetBytes(4))), BootClock.Now);
        var loop = new NodeLoop(core, log, localFile, lease, guard, announced, logger) { Effects = effects };
        late.Is(loop, core);
        await using var ring = RingTransport.Start(new RingOptions(self, options.Listen, options.Ports.Ring, keys), loop, logger);
        loop.Ring = ring;
        using var proxy = options.Proxy is { } settings
            ? ClientProxy.Start(ProxyOptionsOf(settings) with { Self = self, LeaseRuns = () => loop.LeaseLeft > TimeSpan.Zero }, logger)
            : null;
        loop.Proxy = proxy;
        using var ends = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var living = RunLoopAsync(loop, logger, ends.Token);
        var watching = Task.WhenAll(
            DiskWatch.WatchAsync(options.Data, DiskWatch.Free, loop.PostSurely, logger, ends.Token),
            guard.WatchAsync(loop, ends.Token),
            RunHooksAsync(options, loop, logger, ends.Token));
        try
        {
            await using var api = await ApiServer.StartAsync(ApiOptionsOf(options, keys, loop), new LoopPort(loop, options.Timing), logger, stopping);
            loop.Api = api;
            watching = Task.WhenAll(watching, WatchKeysAsync(options, keys, ring, api, loop, logger, ends.Token));
            await using var teller = EventTeller.Start(loop.Events, () => loop.View, WebhooksOf(options), TracesOf(options), logger);
            loop.Teller = teller;
            NodeLog.Started(logger, Version, self.Hex, options.Listen, Environment.ProcessId, server);
            return (await living, loop.EndedByFullDisk);
        }
        finally
        {
            await ends.CancelAsync();
            _ = await living;
            await watching;
        }
    }

    /// <summary>The loop has a thread of its own: nothing in the pool may make it late.</summary>
    private static Task<int> RunLoopAsync(NodeLoop loop, ILogger logger, CancellationToken stopping)
    {
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(() =>
        {
            try
            {
                done.SetResult(loop.Run(stopping));
            }
            catch (Exception e)
            {
                NodeLog.CoreFailed(logger, e);
                done.SetResult(1);
            }
        }) { Name = "node-loop", Priority = ThreadPriority.AboveNormal };
        thread.Start();
        return done.Task;
    }

    private static Task RunHooksAsync(AgentOptions options, NodeLoop loop, ILogger logger, CancellationToken stopping)
    {
        if (options.Hooks is not { } settings)
        {
            return Task.CompletedTask;
        }

        var runner = new HookRunner(
            new HookOptions(settings.Directory, settings.Timeout, settings.SuitabilityEvery), loop.Events, () => loop.View, logger);
        return Task.WhenAll(
            Task.Run(() => runner.FollowEventsAsync(stopping), CancellationToken.None),
            Task.Run(
                () => runner.WatchSuitabilityAsync(
                    s => loop.Post(new SuitabilityNoted(s.Suitable ? "" : $"not suitable to lead: {s.Problem}", s.Priority)), stopping),
                CancellationToken.None));
    }

    private static Task WatchKeysAsync(
        AgentOptions options, RingKeys keys, RingTransport ring, ApiServer api, NodeLoop loop, ILogger logger, CancellationToken stopping)
    {
        var watch = new RingKeyWatch(
            options.RingKeyPath,
            keys,
            now =>
            {
                ring.Use(now);
                api.UseRing(now.All.Select(k => k.ApiToken), ApiCertificateOf(options, now.First));
            },
            loop.PostSurely);
        return Task.Run(() => watch.WatchAsync(logger, stopping), CancellationToken.None);
    }

    private static X509Certificate2 ApiCertificateOf(AgentOptions options, RingKey key) => ApiCertificate.Mint(
        key, [options.Listen, options.HttpListen, options.Name, Environment.MachineName, "localhost", "127.0.0.1", "::1"]);

    private static LocalRecord LoadLocal(string path)
    {
        try
        {
            return DurableFile.ReadChecked(path) is { } bytes
                ? JsonSerializer.Deserialize(bytes, FailoverJson.Default.LocalRecord) ?? LocalRecord.Initial
                : LocalRecord.Initial;
        }
        catch (JsonException e)
        {
            throw new StorageException($"{path} is not as this release writes it ({e.Message}). Start the release that wrote it", e);
        }
    }

    /// <summary>Under another group's name this node would bring that group's nodes to the cluster that it is of.</summary>
    private static void RequireGroup(AgentOptions options, LocalRecord local)
    {
        if (local is { ClusterId.Length: > 0, Group.Length: > 0 } && local.Group != options.Group)
        {
            throw new StorageException($"group: '{options.Group}' is not the group of this node, which belongs to a cluster of "
                + $"{new ServiceGroup(local.Group)}; allowed: '{local.Group}'. It comes to another group with an empty data directory");
        }
    }

    private static CoreOptions CoreOptionsOf(AgentOptions options, NodeId self) => new()
    {
        Self = self,
        Name = options.Name,
        Address = options.Address,
        Group = options.ServiceGroup,
        Seeds = [.. options.Peers.Select(p => (p.Host, p.Port))],
        Voters = options.Topology == Topology.Standalone ? 1 : options.Voters,
        Standalone = options.Topology == Topology.Standalone,
        Timing = options.Timing,
        BootId = BootClock.BootId,
        AgentVersion = Version,
        AgentPid = Environment.ProcessId,
        NewClusterId = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16)),
        NewClusterSecret = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
        MostLag = options.Proxy?.MaxLag ?? TimeSpan.FromSeconds(10),
        Tags = options.Tags,
        ReceiptsSurvivePowerLoss = options.Durability == Durability.Power,
        OwnSettings = [.. options.Settings.Keys.Select(Configuration.MysqldSettings.Bare)],
    };

    private static ProxyOptions ProxyOptionsOf(ProxySettings proxy) =>
        new(proxy.Listen, proxy.ReadWrite, proxy.ReadOnly) { MostConnections = proxy.MaxConnections, Threads = proxy.Threads };

    private static ImmutableArray<WebhookTarget> WebhooksOf(AgentOptions options) =>
    [
        .. options.Webhooks.Select(h => new WebhookTarget(
            h.Url, h.Events, h.SecretFile is { } file ? [.. Encoding.UTF8.GetBytes(File.ReadAllText(file).Trim())] : [])),
    ];

    private static TraceTarget? TracesOf(AgentOptions options) =>
        options.Telemetry is { } telemetry ? new TraceTarget(telemetry.Traces, telemetry.Grpc, telemetry.Headers, Version) : null;

    private static ApiOptions ApiOptionsOf(AgentOptions options, RingKeys keys, NodeLoop loop) => new(options.HttpListen, options.Ports.Http)
    {
        Access = new AccessOptions
        {
            RingTokens = [.. keys.All.Select(k => k.ApiToken)],
            RingCertificate = ApiCertificateOf(options, keys.First),
            RingServerName = ApiCertificate.ServerName,
            TokensPath = options.Api.Tokens,
            ReadNeedsToken = options.Api.ReadNeedsToken,
            TlsRequired = options.Api.TlsRequired,
            CertificatePath = options.Api.Certificate,
            KeyPath = options.Api.Key,
            OnProblem = problem => loop.PostSurely(new AccessNoted(problem)),
        },
    };
}
