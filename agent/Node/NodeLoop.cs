using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Membership;
using MySqlHa.Proxy;
using MySqlHa.Ring;
using MySqlHa.Storage;
using MySqlHa.Supervision;
using MySqlHa.Telemetry;

namespace MySqlHa.Node;

/// <summary>
/// The one place that waits and the one owner of the core. Sockets, SQL results and process exits only post to its inbox. Each
/// step's output is kept (fsynced) before anything of it is sent or begun; a promotion begins beside that and opens nothing before.
/// </summary>
internal sealed class NodeLoop : IRingReceiver
{
    private const int InboxLimit = 16384;
    private static readonly TimeSpan ViewEvery = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan ViewPatience = TimeSpan.FromMilliseconds(100);
    private readonly Inbox _inbox = new(InboxLimit);
    private readonly ConcurrentDictionary<long, TaskCompletionSource<OperatorAnswer>> _calls = new();
    private readonly NodeCore _core;
    private readonly RaftLogFile _log;
    private readonly string _localFile;
    private readonly LeaseFile _lease;
    private readonly GuardKeeper _guard;
    private readonly AnnouncedFile _announced;
    private readonly ILogger _logger;
    private readonly EventBook _events = new(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1000);
    private long _nextCall;
    private long _leaseUntil;
    private long _steppedAt = BootClock.Now.Micros;
    private long _droppedInputs;
    private readonly object _viewGate = new(); // not a Lock: those have no Wait
    private ClusterView _view;
    private Instant _viewAt;
    private volatile bool _viewWanted;

    public NodeLoop(NodeCore core, RaftLogFile log, string localFile, LeaseFile lease, GuardKeeper guard, AnnouncedFile announced, ILogger logger)
    {
        (_core, _log, _localFile, _lease, _guard, _announced, _logger) = (core, log, localFile, lease, guard, announced, logger);
        (_view, _viewAt) = (core.View(BootClock.Now), BootClock.Now);
    }

    /// <summary>Set before <see cref="Run"/>: the ring and the effects need this loop as their listener.</summary>
    public RingTransport? Ring { get; set; }

    public EffectRunner? Effects { get; set; }

    /// <summary>Null: this node offers clients no address.</summary>
    public ClientProxy? Proxy { get; set; }

    /// <summary>Null: nobody is told of events.</summary>
    public EventTeller? Teller { get; set; }

    /// <summary>Null: there is no API yet.</summary>
    public ApiServer? Api { get; set; }

    /// <summary>
    /// Made when somebody reads it, by the loop, and then good for 50 ms. A loop that is held up for longer than 100 ms is not waited for:
    /// then it is the last one.
    /// </summary>
    public ClusterView View
    {
        get
        {
            lock (_viewGate)
            {
                var asked = BootClock.Now;
                if (asked - _viewAt < ViewEvery)
                {
                    return _view;
                }

                _viewWanted = true;
                Post(Tick.Instance);
                while (_viewAt < asked && asked + ViewPatience - BootClock.Now is { TotalMilliseconds: >= 1 } left && Monitor.Wait(_viewGate, left))
                {
                }

                return _view;
            }
        }
    }

    /// <summary>What happened since the agent started.</summary>
    public IEventSource Events => _events;

    /// <summary>What is left of this node's lease, by the clock, whatever the loop is doing.</summary>
    public TimeSpan LeaseLeft => new Instant(Interlocked.Read(ref _leaseUntil)) - BootClock.Now;

    /// <summary>How long ago the last step ended, by the clock; before the first one: since it was made.</summary>
    public TimeSpan SinceStep => BootClock.Now - new Instant(Interlocked.Read(ref _steppedAt));

    public void Post(CoreInput input)
    {
        if (!_inbox.TryAdd(input))
        {
            _ = Interlocked.Increment(ref _droppedInputs);
        }
    }

    /// <summary>Results of effects must arrive: they wait for room where a message may be dropped.</summary>
    public void PostSurely(CoreInput input) => _inbox.Add(input);

    /// <param name="refused">Why it is refused already; null: it is not.</param>
    public async Task<OperatorAnswer> AskAsync(OperatorRequest request, Caller caller, Reason? refused, CancellationToken cancellation)
    {
        var call = Interlocked.Increment(ref _nextCall);
        var answer = new TaskCompletionSource<OperatorAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _calls[call] = answer;
        try
        {
            PostSurely(new OperatorCalled(call, request, caller, refused));
            return await answer.Task.WaitAsync(cancellation);
        }
        finally
        {
            _ = _calls.TryRemove(call, out _);
        }
    }

    public void OnDatagram(string fromHost, int fromPort, ReadOnlyMemory<byte> payload)
    {
        try
        {
            Post(new DatagramReceived(fromHost, fromPort, GossipCodec.Decode(payload.Span)));
        }
        catch (FormatException e)
        {
            NodeLog.FrameDropped(_logger, fromHost, e.Message);
        }
    }

    public void OnFrame(NodeId from, ReadOnlyMemory<byte> payload)
    {
        try
        {
            Post(new FrameReceived(from, PeerCodec.Decode(payload.Span)));
        }
        catch (FormatException e)
        {
            NodeLog.FrameDropped(_logger, from.Short, e.Message);
        }
    }

    /// <summary>The node could not keep something because its disk was full: it may begin a new life when there is room.</summary>
    public bool EndedByFullDisk { get; private set; }

    /// <summary>Runs until cancelled (0) or until the node can no longer keep what it must (1).</summary>
    public int Run(CancellationToken stopping)
    {
        CoreInput? input = Tick.Instance;
        while (true)
        {
            try
            {
                Step(input ?? Tick.Instance);
                var wait = _core.NextDeadline - BootClock.Now;
                var milliseconds = (int)Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 0, 1000);
                input = _inbox.Take(milliseconds, stopping);
            }
            catch (OperationCanceledException)
            {
                break;
            }
            catch (Exception e) when (e is StorageException or IOException or UnauthorizedAccessException)
            {
                NodeLog.CannotKeep(_logger, e.Message);
                EndedByFullDisk = DiskWatch.IsFull(e);
                if (_core.MysqldMayBeWritable)
                {
                    // Nobody else would fence it, and its lease is not renewed any more.
                    Effects!.Begin(new KillMysqld(0, new Reason("no-memory", "its agent cannot keep what it must")));
                }

                _inbox.Close();
                return 1;
            }
        }

        NodeLog.Stopping(_logger);
        Leave();
        return 0;
    }

    private void Step(CoreInput input)
    {
        var began = BootClock.Now;
        var output = _core.Step(began, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), input);
        // Clients wait for a promotion: it begins beside what is written here, and opens nothing before that is done.
        var kept = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var promote in output.Effects.OfType<PromoteServer>())
        {
            _guard.Order(Effects!.Running, output.FenceAt);
            Effects.Begin(promote, kept.Task);
        }

        Keep(output);
        _ = Interlocked.Exchange(ref _leaseUntil, output.LeaseUntil.Micros);
        _lease.Write(output.LeaseUntil);
        _guard.Order(Effects!.Running, output.FenceAt);
        kept.SetResult();
        if (output.Routes is { } routes)
        {
            // Before an effect that stops a leader: its clients are let go first.
            Proxy?.Follow(routes);
        }

        foreach (var (host, port, message) in output.Datagrams)
        {
            Ring!.SendDatagram(host, port, GossipCodec.Encode(message));
        }

        // A report goes to every member, and is put into bytes once.
        var (encoded, last) = (ReadOnlyMemory<byte>.Empty, (PeerMessage?)null);
        foreach (var (to, address, message) in output.Frames)
        {
            encoded = ReferenceEquals(message, last) ? encoded : PeerCodec.Encode(message);
            last = message;
            Ring!.Send(to, address.Host, address.RingPort, encoded);
        }

        foreach (var effect in output.Effects.Where(e => e is not PromoteServer))
        {
            Effects!.Begin(effect);
        }

        if (output.Events.Length > 0 || output.Effects.Length > 0 || output.Replies.Length > 0)
        {
            Outdate();
        }

        foreach (var reply in output.Replies)
        {
            if (_calls.TryGetValue(reply.CallId, out var call))
            {
                _ = call.TrySetResult(reply.Answer);
            }
        }

        if (output.Events.Length > 0)
        {
            Tell(output.Events);
        }

        _announced.Write(_core.AppliedIndex);
        _ = Interlocked.Exchange(ref _steppedAt, BootClock.Now.Micros);
        Show();
        var took = BootClock.Now - began;
        if (took > TimeSpan.FromMilliseconds(200))
        {
            NodeLog.SlowStep(_logger, (long)took.TotalMilliseconds);
        }
    }

    private void Tell(ImmutableArray<ClusterEvent> events)
    {
        _events.Add(DateTimeOffset.UtcNow, events.Select(e => e.Scope == EventScope.Node && e.Node is null ? e with { Node = _view.Self } : e));
        foreach (var one in events)
        {
            NodeLog.Happened(_logger, one.Text, one.Code, one.Node?.Hex ?? "", one.Epoch);
        }
    }

    private void Keep(CoreOutput output)
    {
        foreach (var save in output.RaftSaves)
        {
            _log.Save(save);
        }

        if (output.Local is { } local)
        {
            DurableFile.WriteChecked(_localFile, JsonSerializer.SerializeToUtf8Bytes(local, FailoverJson.Default.LocalRecord), DurableFile.Private);
        }
    }

    /// <summary>Who is told of a change, and then looks, sees it.</summary>
    private void Outdate()
    {
        lock (_viewGate)
        {
            _viewAt = Instant.Zero;
        }
    }

    private void Show()
    {
        if (!_viewWanted)
        {
            return;
        }

        _viewWanted = false;
        var now = BootClock.Now;
        var view = _core.View(now) with { Counters = Counters(), Proxy = Proxy?.View() };
        lock (_viewGate)
        {
            (_view, _viewAt) = (view, now);
            Monitor.PulseAll(_viewGate);
        }
    }

    private ImmutableSortedDictionary<string, long> Counters()
    {
        var ring = Ring?.Counters;
        return ring is null
            ? ImmutableSortedDictionary<string, long>.Empty
            : ImmutableSortedDictionary.CreateRange(
            [
                KeyValuePair.Create("datagrams_sent", ring.DatagramsSent),
                KeyValuePair.Create("datagrams_received", ring.DatagramsReceived),
                KeyValuePair.Create("datagrams_refused", ring.DatagramsRefused),
                KeyValuePair.Create("connections_refused", ring.ConnectionsRefused),
                KeyValuePair.Create("frames_sent", ring.FramesSent),
                KeyValuePair.Create("frames_received", ring.FramesReceived),
                KeyValuePair.Create("frames_dropped", ring.FramesDropped),
                KeyValuePair.Create("requests_refused", Api?.Refused ?? 0),
                KeyValuePair.Create("inputs_dropped", Interlocked.Read(ref _droppedInputs)),
                .. Teller?.Counters ?? [],
            ]);
    }

    /// <summary>
    /// Hands a leadership of Raft over before the agent goes, and has a leader's absence allowed, so that nobody waits for an
    /// election nor takes over; not for long, where nobody answers.
    /// </summary>
    private void Leave()
    {
        try
        {
            Step(StopAsked.Instance);
            var until = BootClock.Now + TimeSpan.FromSeconds(3);
            while (!_core.MayStop && BootClock.Now < until)
            {
                Step(_inbox.Take(5, CancellationToken.None) ?? Tick.Instance);
            }
        }
        catch (Exception e) when (e is StorageException or IOException)
        {
            NodeLog.CannotKeep(_logger, e.Message);
        }

        _inbox.Close();
    }
}
