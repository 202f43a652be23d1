using MySqlHa.Cluster;
using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>
/// One node as the product runs it: inputs queue while an output is being synced; then messages leave, entries are applied,
/// reads are answered. Its clock has its own offset and rate.
/// </summary>
internal sealed class SimulatedNode(
    NodeId id, RaftOptions options, SimulatedDisk disk, Referee referee, RaftFaults faults, double rate, long offset)
{
    private readonly Queue<Action<RaftCore, Instant>> _inbox = [];
    private RaftOutput? _syncing;
    private ulong _state;

    public NodeId Id { get; } = id;

    public RaftCore? Core { get; private set; }

    public long Applied { get; private set; }

    /// <summary>Until then nothing happens on this node: it syncs, or is frozen.</summary>
    public long BusyUntil { get; private set; }

    /// <summary>Raised with each start, so that timers of an earlier life are known.</summary>
    public int Life { get; private set; }

    /// <summary>The last run made something durable.</summary>
    public bool JustSynced { get; private set; }

    public int Restores { get; private set; }

    public HashSet<long> Answered { get; } = [];

    public Instant LocalTime(long world) => new(offset + (long)(world * rate));

    public long WorldTime(Instant local) => local == Instant.Never ? long.MaxValue : (long)Math.Ceiling((local.Micros - offset) / rate);

    public void Start(long now, Random random)
    {
        Life++;
        BusyUntil = now;
        var kept = disk.Load();
        Applied = 0;
        _state = 0;
        Core = new RaftCore(Id, options, kept, new Random(random.Next()), LocalTime(now), faults);
    }

    public void Crash(Random random)
    {
        Core = null;
        _syncing = null;
        _inbox.Clear();
        disk.Crash(random);
    }

    public void Freeze(long until) => BusyUntil = Math.Max(BusyUntil, until);

    public void Post(Action<RaftCore, Instant> input) => _inbox.Enqueue(input);

    /// <summary>Works until idle or busy; returns what leaves the node.</summary>
    public IEnumerable<(NodeId To, RaftMessage Message)> Run(long now, Func<long> syncDelay)
    {
        JustSynced = false;
        if (Core is not { } core || now < BusyUntil)
        {
            return [];
        }

        var leaving = new List<(NodeId, RaftMessage)>();
        if (_syncing is { } synced)
        {
            _syncing = null;
            Finish(core, synced, leaving);
        }

        do
        {
            while (_inbox.TryDequeue(out var input))
            {
                input(core, LocalTime(now));
            }

            core.Tick(LocalTime(now));
            var output = core.TakeOutput();
            if (output.NeedsSync)
            {
                disk.Write(output);
                var delay = syncDelay();
                if (delay > 0)
                {
                    _syncing = output;
                    BusyUntil = now + delay;
                    return leaving;
                }
            }

            Finish(core, output, leaving);
        }
        while (_inbox.Count > 0);
        return leaving;
    }

    private void Finish(RaftCore core, RaftOutput output, List<(NodeId, RaftMessage)> leaving)
    {
        disk.Sync();
        JustSynced |= output.NeedsSync;
        if (output.NeedsSync)
        {
            referee.Follows(Id, core.Configuration, disk.Configuration());
        }

        foreach (var entry in output.Append)
        {
            referee.Keeps(Id, entry, disk.TermAt(entry.Index - 1) ?? throw new Violation($"{Id} keeps entry {entry.Index} behind a gap"));
        }

        if (core.Role == RaftRole.Leader)
        {
            referee.Leads(Id, core.Term, disk.Load);
        }

        leaving.AddRange(output.Messages);
        if (output.Restore is { } snapshot)
        {
            referee.Restores(Id, snapshot);
            _state = Referee.StateOf(snapshot);
            Applied = snapshot.Index;
            Restores++;
        }

        foreach (var entry in output.Committed)
        {
            Referee.Require(entry.Index == Applied + 1, $"{Id} is told to apply {entry.Index} after {Applied}");
            _state = Referee.Next(_state, entry);
            Applied = entry.Index;
            referee.Applies(Id, entry, _state, core.Term);
        }

        foreach (var read in output.Reads)
        {
            referee.Answers(Id, read, Applied);
            Answered.Add(read.Context);
        }
    }

    /// <summary>An input that compacts the log to what was applied.</summary>
    public void PostCompact() => Post((core, _) => core.Compact(Applied, Referee.StateBytes(_state)));
}
