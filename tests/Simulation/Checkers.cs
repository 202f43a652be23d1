using System.Collections.Immutable;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Holds the invariants from outside: it sees what clients were told, what servers hold and who may write, and knows nothing of
/// how the agents decide.
/// </summary>
internal sealed partial class Checkers(World world)
{
    private readonly Dictionary<long, (SimNode Node, Instant At)> _acknowledged = [];
    private readonly Dictionary<long, SimNode> _leaders = [];
    private readonly Dictionary<long, byte[]> _states = [];
    private readonly Dictionary<SimNode, ClusterState> _seen = [];
    private readonly Dictionary<SimNode, Instant> _cutOff = [];
    private readonly HashSet<ImmutableSortedSet<NodeId>> _votersSeen = new(ReferenceEqualityComparer.Instance);
    private (ImmutableSortedSet<NodeId>? Ackers, ImmutableSortedSet<NodeId>? Voters) _counted;
    private ImmutableSortedSet<NodeId> _everVoted = [];
    private readonly Dictionary<SimNode, long> _epochOf = [];
    private readonly Dictionary<long, SimNode> _readable = [];
    private GtidSet _archived = GtidSet.Empty;
    private SimNode? _leader;
    private long _leaderEpoch;
    private long _lastClosed;
    private HashSet<long> _leaderFirst = [];

    /// <summary>Every one that can speak; a test shows that each does.</summary>
    public static readonly IReadOnlySet<string> Names = new HashSet<string>
    {
        "NothingLost", "NothingAddedLate", "NothingReadIsUndone", "NothingSilent", "SameContent", "SameHistory",
        "NothingCommittedIsCut", "OneLeaderPerEpoch", "OneWriter", "OneServing", "NotInMinority", "Converges", "CountsOnVoters",
        "VoterIsReady", "RoutesToTheOpen", "NothingWhilePaused", "OwnGroupOnly",

        // Demands of scenarios.
        "MajorityLeads", "WaitsForProof", "StaysDown", "Undisturbed", "Answered", "Rewound", "Copied",
        "WishesKept",
    };

    public string? Violation { get; private set; }

    /// <summary>Which checker spoke: tests of mutants ask for the right one.</summary>
    public string? Checker { get; private set; }
    public int Promotions { get; private set; }

    public int AcknowledgedCount => _acknowledged.Count;

    public void Fail(string checker, string text)
    {
        if (!Names.Contains(checker))
        {
            throw new ArgumentException($"no checker is named {checker}", nameof(checker));
        }

        if (Violation is null)
        {
            (Checker, Violation) = (checker, $"{checker} at {world.Now.Micros / 1e6:0.000000} s: {text}");
            world.Log(null, Violation);
        }
    }

    /// <summary>The last epoch in which a node was made writable; 0: it never was.</summary>
    public long EpochOf(SimNode node) => _epochOf.GetValueOrDefault(node);

    /// <summary>
    /// I2: what a client was told is committed must be on the newest leader. I1: if it was begun in an older epoch than that
    /// leader's, the leader must have held it when its epoch began.
    /// </summary>
    public void Acknowledged(SimNode node, long content, long epoch)
    {
        _acknowledged[content] = (node, world.Now);
        if (_leader is not null && _leader != node && !_leader.Mysqld.Rows.Contains(content))
        {
            Fail("NothingLost", $"n{node.Number} acknowledged row {content}, but n{_leader.Number} leads epoch {_leaderEpoch} without it");
        }
        else if (_leaderEpoch > epoch && !_leaderFirst.Contains(content))
        {
            Fail("NothingAddedLate",
                $"n{node.Number} acknowledged row {content} of epoch {epoch}, which epoch {_leaderEpoch} did not begin with");
        }
    }

    /// <summary>Clients that go by the lease can read these rows on this node: nothing that was read may be undone.</summary>
    public void Readable(SimNode node, IEnumerable<long> rows)
    {
        if (Believes(node))
        {
            foreach (var row in rows)
            {
                _ = _readable.TryAdd(row, node);
            }
        }
    }

    /// <summary>A server was made writable.</summary>
    public void Promoted(SimNode node, long epoch)
    {
        Promotions++;
        world.Log(node, $"WRITABLE in epoch {epoch}");
        if (_leaders.TryGetValue(epoch, out var other) && other != node)
        {
            Fail("OneLeaderPerEpoch", $"n{other.Number} and n{node.Number} were both writable in epoch {epoch}");
        }

        _leaders[epoch] = node;
        _epochOf[node] = epoch;
        if (epoch > _leaderEpoch)
        {
            (_leader, _leaderEpoch, _leaderFirst) = (node, epoch, [.. node.Mysqld.Rows]);
        }

        var lost = _acknowledged.FirstOrDefault(a => !node.Mysqld.Rows.Contains(a.Key));
        if (lost.Value.Node is not null)
        {
            Fail("NothingLost", $"n{node.Number} leads epoch {epoch} without row {lost.Key}, which n{lost.Value.Node.Number} acknowledged at {lost.Value.At.Micros / 1e6:0.000000} s");
        }

        var unread = _readable.FirstOrDefault(r => !node.Mysqld.Rows.Contains(r.Key));
        if (unread.Value is not null)
        {
            Fail("NothingReadIsUndone",
                $"n{node.Number} leads epoch {epoch} without row {unread.Key}, which could be read on n{unread.Value.Number}");
        }

        OneWriter(node);
        OneServing(node);
    }

    private void KeptWithin(SimNode node, NodeCore core)
    {
        SameHistory(node, core);
        VoterIsReady(core);
        RoutesToTheOpen(node, core);
        CountsOnVoters(core);
        if (core.MayLead(node.LocalNow) && !node.Mysqld.ReadOnly && node.Mysqld.Running)
        {
            OneWriter(node);
            if (core.Voters.Count > 1)
            {
                NotInMinority(node);
            }
        }
    }

    /// <summary>Ackers are voters, always: who is gone can neither acknowledge nor promise. Asked of controllers, who know both at once.</summary>
    private void CountsOnVoters(NodeCore core)
    {
        if (core is not { IsController: true, State.Current: { Closed: false } open } || (_counted.Ackers == open.Ackers && _counted.Voters == core.Voters))
        {
            return;
        }

        _counted = (open.Ackers, core.Voters);
        if (!open.Ackers.IsSubsetOf(core.Voters))
        {
            Fail("CountsOnVoters", $"epoch {open.Number} counts on {string.Join(", ", open.Ackers.Except(core.Voters).Select(n => "n" + world.Node(n).Number))}, "
                + "which votes no more");
        }
    }

    /// <summary>A member that comes to vote has followed before: a vote, and an ack to wait for, from who holds nothing only weakens.</summary>
    private void VoterIsReady(NodeCore core)
    {
        if (core.Voters.Count == 0 || !_votersSeen.Add(core.Voters))
        {
            return;
        }

        var unready = _everVoted.IsEmpty ? null : core.Voters.Except(_everVoted).Select(world.Node).FirstOrDefault(n => !n.Mysqld.EverFollowed);
        if (unready is not null)
        {
            Fail("VoterIsReady", $"n{unready.Number} votes and has never followed a leader");
        }

        _everVoted = _everVoted.Union(core.Voters);
    }

    /// <summary>At most one server that is writable believes in itself.</summary>
    private void OneWriter(SimNode node)
    {
        if (!Believes(node))
        {
            return;
        }

        var other = world.Nodes.FirstOrDefault(o => o != node && Believes(o));
        if (other is not null)
        {
            Fail("OneWriter", $"n{node.Number} and n{other.Number} are writable and both hold a lease");
        }
    }

    /// <summary>
    /// I3, for clients that ask nobody: no server is made writable while another one still is, whatever its agent believes or does. Reads
    /// there would be old from now on. Nodes whose agent and guard both stand still are nobody's to fence.
    /// </summary>
    private void OneServing(SimNode node)
    {
        var other = world.Nodes.FirstOrDefault(
            o => o != node && o.Mysqld is { Running: true, ReadOnly: false } && !o.Frozen(SimProcess.Guard));
        if (other is not null)
        {
            Fail("OneServing", $"n{node.Number} is made writable while n{other.Number} still is: who reads there reads old data");
        }
    }

    private static bool Believes(SimNode node) => node.Mysqld is { Running: true, ReadOnly: false } && node.LocalNow < node.LeaseUntil;

    /// <summary>I4, second half: who reaches nobody for longer than a lease may not write. (Who reaches only the controller may.)</summary>
    private void NotInMinority(SimNode node)
    {
        if (!world.Network.IsAlone(node, world.Nodes))
        {
            _ = _cutOff.Remove(node);
            return;
        }

        if (!_cutOff.TryGetValue(node, out var since))
        {
            _cutOff[node] = world.Now;
        }
        else if (world.Now - since > Weights.Timing.Lease * 1.25 && world.Now > node.RestEnds)
        {
            Fail("NotInMinority", $"n{node.Number} holds a lease though it reaches nobody since {since.Micros / 1e6:0.000000} s");
        }
    }

    /// <summary>The network was healed: being cut off starts anew.</summary>
    public void Healed() => _cutOff.Clear();

    /// <summary>Replicated state machines: the same state at the same index, everywhere.</summary>
    private void SameHistory(SimNode node, NodeCore core)
    {
        if (_seen.TryGetValue(node, out var last) && ReferenceEquals(last, core.State))
        {
            return;
        }

        NothingWhilePaused(node, core);

        _seen[node] = core.State;
        var text = JsonSerializer.SerializeToUtf8Bytes(core.State, FailoverJson.Default.ClusterState);
        if (_states.TryAdd(core.AppliedIndex, text))
        {
            Count(core.State);
        }
        else if (!_states[core.AppliedIndex].AsSpan().SequenceEqual(text))
        {
            Fail("SameHistory", $"n{node.Number} has another state at index {core.AppliedIndex}");
        }
    }

    private void Count(ClusterState state)
    {
        if (state.Current is { Closed: true } closed && closed.Number > _lastClosed)
        {
            _lastClosed = closed.Number;
            world.Tally.Count(state.Switchover?.Epoch == closed.Number ? "switchovers begun" : "failovers begun");
        }
    }

    /// <summary>
    /// A follower says that it has this transaction, so it is not sent: what it has must be the same. MySQL skips the second one of
    /// an identifier silently, and the data differs for ever.
    /// </summary>
    public void SameContent(SimNode follower, Transaction transaction, SimNode source)
    {
        if (follower.Mysqld.ContentOf(transaction) is { } held && held != transaction.Content)
        {
            Fail("SameContent",
                $"n{follower.Number} holds {transaction.Source}:{transaction.Number} with other content than n{source.Number} has");
        }
    }

    /// <summary>I5: what a clone throws away and nobody else has was named, so it is archived first.</summary>
    public void Reseeding(SimNode node, SimNode donor, GtidSet archived)
    {
        // An archive anywhere will do: two nodes may have held the same surplus.
        _archived = _archived.Union(archived);
        var thrown = node.Mysqld.Executed.Union(node.Mysqld.Received).Minus(_archived);
        var unsaved = world.Nodes.Where(n => n != node && !n.Retired).Aggregate(thrown, (rest, n) => rest.Minus(n.Mysqld.Executed).Minus(n.Mysqld.Received).Minus(n.Mysqld.Logged));
        if (!unsaved.IsEmpty && node.Mysqld.Executed.Contains(unsaved) && donor.Mysqld.Running)
        {
            Fail("NothingSilent", $"n{node.Number} throws {unsaved} away without an archive");
        }
    }

    public void Archived(GtidSet set) => _archived = _archived.Union(set);

    /// <summary>
    /// What is cut from a binary log is archived (I5), and undone by the engine: so the engine must not have committed it, as far as the
    /// agent could know (somebody who switches semi-sync off asks nobody; that is found after the start).
    /// </summary>
    public void Cutting(SimNode node, IReadOnlyList<Transaction> tail)
    {
        var silent = tail.FirstOrDefault(t => !_archived.Contains(t.Gtid));
        if (silent is not null)
        {
            Fail("NothingSilent", $"n{node.Number} cuts {silent.Gtid} without an archive");
        }

        var committed = node.Mysqld.MeddledUnseen ? null : tail.FirstOrDefault(node.Mysqld.IsCommitted);
        if (committed is not null)
        {
            Fail("NothingCommittedIsCut", $"n{node.Number} cuts {committed.Gtid}, which its engine had committed");
        }
    }

    /// <summary>What must be true when nothing fails any more. Null: it is.</summary>
    public string? WhyNotConverged()
    {
        var leader = world.Nodes.FirstOrDefault(n => Believes(n) && !n.Mysqld.Offline);
        if (leader?.Core is not { } core)
        {
            return "no node is writable and open: " + string.Join(", ", world.Nodes.Select(n =>
                $"n{n.Number}{(n.Mysqld.Running ? "" : " down")}{(n.Mysqld.ReadOnly ? " read-only" : "")}{(n.Mysqld.Offline ? " offline" : "")}"
                + $" {n.Mysqld.WaitingSessions} waiting, {n.Mysqld.Dumps.Count(d => d.SemiSync)} acknowledging, {n.Core?.View(n.LocalNow).Reasons.FirstOrDefault()?.Text}"));
        }

        if (core.State.Current is not { Closed: false, Established: true } current || current.Leader != leader.Id)
        {
            return $"n{leader.Number} is writable but leads no established epoch";
        }

        foreach (var node in world.Nodes.Where(n => n != leader && core.State.Members.ContainsKey(n.Id)))
        {
            if (node.Mysqld.Receiver is not { Attached: true } || node.Mysqld.Offline || !node.Mysqld.ReadOnly)
            {
                var receiver = node.Mysqld.Receiver;
                return $"n{node.Number} does not follow: receiver {receiver?.Attached}, error {receiver?.Error}, offline {node.Mysqld.Offline}, "
                    + $"read-only {node.Mysqld.ReadOnly}, running {node.Mysqld.Running}";
            }

            if (node.Mysqld.RunsEvents)
            {
                return $"n{node.Number} follows and runs events";
            }

            if (!node.Mysqld.Rows.SetEquals(leader.Mysqld.Rows))
            {
                var (more, less) = (node.Mysqld.Rows.Except(leader.Mysqld.Rows), leader.Mysqld.Rows.Except(node.Mysqld.Rows));
                return $"n{node.Number} holds rows [{string.Join(' ', more.Take(5))}] that the leader lacks, "
                    + $"and lacks [{string.Join(' ', less.Take(5))}]";
            }
        }

        return (WhyRoutesLeadElsewhere(core.State, leader, current) ?? WhyWishesAreNotKept(core.State, current) ?? WhySettingsAreNotFollowed(core.State)) is { } unkept ? unkept
            : leader.Mysqld.WaitingSessions > 0 ? "a commit still waits"
            : !leader.Mysqld.RunsEvents ? $"n{leader.Number} leads and runs no events"
            : leader.Mysqld.Source is { } source ? $"n{leader.Number} leads and still has n{source.Number} for a source"
            : null;
    }

    private List<SimNode> MembersNow() => world.Nodes.Select(n => n.Core).OfType<NodeCore>()
        .Where(c => c.State.ClusterId.Length > 0).MaxBy(c => c.AppliedIndex) is { } newest
            ? [.. world.Nodes.Where(n => newest.State.Members.ContainsKey(n.Id))]
            : [];

    /// <summary>At the end: every acknowledged row is on every member.</summary>
    public void AllThere()
    {
        var members = MembersNow();
        foreach (var (content, (by, _)) in _acknowledged)
        {
            var without = members.Find(n => !n.Mysqld.Rows.Contains(content));
            if (without is not null)
            {
                Fail("NothingLost", $"row {content}, acknowledged by n{by.Number}, is not on n{without.Number} at the end");
                return;
            }
        }
    }
}
