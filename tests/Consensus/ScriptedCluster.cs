using MySqlHa.Cluster;
using MySqlHa.Consensus;
using Xunit;

namespace MySqlHa.Tests.Consensus;

/// <summary>Nodes 1 to N whose time and messages a test moves by hand. Nothing is lost but what the test drops.</summary>
internal sealed class ScriptedCluster
{
    private readonly RaftFaults _faults;
    private readonly RaftOptions _options;
    private readonly Dictionary<int, KeptState> _disks = [];
    private readonly Queue<(int From, int To, RaftMessage Message)> _travelling = [];

    public ScriptedCluster(int voters, RaftFaults? faults = null, int learners = 0, int empty = 0, int entriesPerMessage = 64)
    {
        _faults = faults ?? RaftFaults.None;
        _options = new RaftOptions
        {
            Heartbeat = TimeSpan.FromMilliseconds(50),
            ElectionMin = TimeSpan.FromMilliseconds(150),
            ElectionMax = TimeSpan.FromMilliseconds(300),
            MaxEntriesPerMessage = entriesPerMessage,
        };
        var founded = RaftBootstrap.Found(
            new RaftConfiguration([.. Ids(1, voters)], [.. Ids(voters + 1, learners)]), new byte[] { 42 });
        for (var n = 1; n <= voters + learners + empty; n++)
        {
            _disks[n] = new KeptState(n <= voters + learners ? founded : RaftPersistent.Initial);
            Applied[n] = [];
            Reads[n] = [];
            Restart(n);
        }
    }

    public Instant Now { get; private set; } = new(1_000_000);

    public Dictionary<int, RaftCore> Nodes { get; } = [];

    public Dictionary<int, List<LogEntry>> Applied { get; } = [];

    public Dictionary<int, List<ReadConfirmed>> Reads { get; } = [];

    public Dictionary<int, RaftSnapshot> Restored { get; } = [];

    /// <summary>Messages for which it says true are lost.</summary>
    public Func<int, int, RaftMessage, bool> Drop { get; set; } = (_, _, _) => false;

    public List<(int From, int To, RaftMessage Message)> Sent { get; } = [];

    public RaftCore this[int node] => Nodes[node];

    public static NodeId Id(int n) => NodeId.From([.. Enumerable.Repeat((byte)n, 16)]);

    public static IEnumerable<NodeId> Ids(int from, int count) => Enumerable.Range(from, count).Select(Id);

    public static int Number(NodeId id) => Convert.ToInt32(id.Hex[..2], 16);

    public void Advance(double milliseconds) => Now += TimeSpan.FromMilliseconds(milliseconds);

    public void Restart(int n) => Nodes[n] = new RaftCore(Id(n), _options, _disks[n].ToPersistent(), new Random(n), Now, _faults);

    /// <summary>Does what the product's loop does with an output.</summary>
    public RaftOutput Take(int n)
    {
        var output = this[n].TakeOutput();
        _disks[n].Apply(output);
        foreach (var (to, message) in output.Messages)
        {
            _travelling.Enqueue((n, Number(to), message));
        }

        if (output.Restore is not null)
        {
            Restored[n] = output.Restore;
            Applied[n].Clear();
        }

        Applied[n].AddRange(output.Committed);
        Reads[n].AddRange(output.Reads);
        return output;
    }

    /// <summary>Delivers until nothing travels any more.</summary>
    public void Settle()
    {
        foreach (var n in Nodes.Keys)
        {
            Take(n);
        }

        while (_travelling.TryDequeue(out var next))
        {
            Sent.Add(next);
            if (!Drop(next.From, next.To, next.Message) && Nodes.TryGetValue(next.To, out var node))
            {
                node.Step(Now, Id(next.From), next.Message);
                Take(next.To);
            }
        }
    }

    /// <summary>
    /// Lets a second pass in which nobody is heard, then lets this node campaign; twice where it must first learn a newer term.
    /// </summary>
    public void Elect(int n)
    {
        for (var attempt = 0; attempt < 2 && this[n].Role != RaftRole.Leader; attempt++)
        {
            Advance(1_000);
            foreach (var (_, leader) in Nodes.Where(x => x.Value.Role == RaftRole.Leader))
            {
                leader.Tick(Now);
            }

            this[n].Tick(Now);
            Settle();
        }

        Assert.Equal(RaftRole.Leader, this[n].Role);
    }

    /// <summary>Whoever was cut off hears a leader's next heartbeat.</summary>
    public void Reunite(int leader)
    {
        Drop = (_, _, _) => false;
        Advance(60);
        this[leader].Tick(Now);
        Settle();
    }

    public void Propose(int n, byte value) => Assert.Equal(ProposeOutcome.Accepted, this[n].Propose(Now, new[] { value }));

    public byte[] Values(int n) => [.. Applied[n].Where(e => e.Kind == EntryKind.Command).Select(e => e.Data.Span[0])];

    /// <summary>Passes a message by hand and returns what the node answers.</summary>
    public RaftMessage Answer(int n, int from, RaftMessage message)
    {
        this[n].Step(Now, Id(from), message);
        return Take(n).Messages.Single(m => m.To == Id(from)).Message;
    }
}
