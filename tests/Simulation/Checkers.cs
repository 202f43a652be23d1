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
internal sealed class Checkers(World world)
{
    private readonly Dictionary<long, (SimNode Node, Instant At)> _acknowledged = [];
    private readonly Dictionary<long, SimNode> _leaders = [];
    private readonly Dictionary<long, string> _states = [];
    private readonly Dictionary<SimNode, ClusterState> _seen = [];
    private readonly Dictionary<SimNode, Instant> _cutOff = [];
    private ImmutableSortedSet<NodeId> _voters = [];
    private ImmutableSortedSet<NodeId> _everVoted = [];
    private SimNode? _leader;
    private long _leaderEpoch;

    public string? Violation { get; private set; }

    /// <summary>Which checker spoke: tests of mutants ask for the right one.</summary>
    public string? Checker { get; private set; }
    public int Promotions { get; private set; }

    public int AcknowledgedCount => _acknowledged.Count;

    public void Fail(string checker, string text)
    {
        if (Violation is null)
        {
            (Checker, Violation) = (checker, $"{checker} at {world.Now.Micros / 1e6:0.000000} s: {text}");
            world.Log(null, Violation);
        }
    }

    /// <summary>I1, I2: what a client was told is committed must be on the newest leader, if that is another one.</summary>
    public void Acknowledged(SimNode node, long content)
    {
        _acknowledged[content] = (node, world.Now);
        if (_leader is not null && _leader != node && !_leader.Mysqld.Rows.Contains(content))
        {
            Fail("NothingLost", $"n{node.Number} acknowledged row {content}, but n{_leader.Number} leads epoch {_leaderEpoch} without it");
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
        if (epoch >= _leaderEpoch)
        {
            (_leader, _leaderEpoch) = (node, epoch);
        }

        var lost = _acknowledged.FirstOrDefault(a => !node.Mysqld.Rows.Contains(a.Key));
        if (lost.Value.Node is not null)
        {
            Fail("NothingLost", $"n{node.Number} leads epoch {epoch} without row {lost.Key}, which n{lost.Value.Node.Number} acknowledged at {lost.Value.At.Micros / 1e6:0.000000} s");
        }

        OneWriter(node);
    }

    /// <summary>After each kept step of a node.</summary>
    public void Kept(SimNode node, NodeCore core)
    {
        SameHistory(node, core);
        VoterIsReady(core);
        CountsOnVoters(core);
        if (core.MayLead(node.LocalNow) && !node.Mysqld.ReadOnly && node.Mysqld.Running)
        {
            OneWriter(node);
            NotInMinority(node);
        }
    }

    /// <summary>Ackers are voters, always: who is gone can neither acknowledge nor promise. Asked of controllers, who know both at once.</summary>
    private void CountsOnVoters(NodeCore core)
    {
        if (core is { IsController: true, State.Current: { Closed: false } open } && !open.Ackers.IsSubsetOf(core.Voters))
        {
            Fail("CountsOnVoters", $"epoch {open.Number} counts on {string.Join(", ", open.Ackers.Except(core.Voters).Select(n => "n" + world.Node(n).Number))}, "
                + "which votes no more");
        }
    }

    /// <summary>A member that comes to vote has followed before: a vote, and an ack to wait for, from who holds nothing only weakens.</summary>
    private void VoterIsReady(NodeCore core)
    {
        if (core.Voters.Count == 0 || core.Voters == _voters)
        {
            return;
        }

        var unready = _everVoted.IsEmpty ? null : core.Voters.Except(_everVoted).Select(world.Node).FirstOrDefault(n => !n.Mysqld.EverFollowed);
        if (unready is not null)
        {
            Fail("VoterIsReady", $"n{unready.Number} votes and has never followed a leader");
        }

        (_voters, _everVoted) = (core.Voters, _everVoted.Union(core.Voters));
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

    private static bool Believes(SimNode node) => node.Mysqld is { Running: true, ReadOnly: false } && node.LocalNow < node.LeaseUntil;

    /// <summary>I4, second half: who reaches nobody for longer than a lease may not write. (Who reaches only the controller may.)</summary>
    private void NotInMinority(SimNode node)
    {
        if (!world.Network.IsAlone(node, [.. world.Nodes.Where(n => !n.Retired)]))
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

        _seen[node] = core.State;
        var text = JsonSerializer.Serialize(core.State, FailoverJson.Default.ClusterState);
        if (!_states.TryAdd(core.AppliedIndex, text) && _states[core.AppliedIndex] != text)
        {
            Fail("SameHistory", $"n{node.Number} has another state at index {core.AppliedIndex}");
        }
    }

    /// <summary>Two transactions of one identifier: MySQL skips the second one silently, and the data differs for ever.</summary>
    public void SameContent(SimNode node, Transaction transaction, IEnumerable<Transaction> held)
    {
        var mine = held.FirstOrDefault(t => t.Source == transaction.Source && t.Number == transaction.Number);
        if (mine is not null && mine.Content != transaction.Content)
        {
            Fail("SameContent", $"n{node.Number} holds {transaction.Source}:{transaction.Number} with other content than it is sent");
        }
    }

    /// <summary>I5: what a clone throws away and nobody else has was named, so it is archived first.</summary>
    public void Reseeding(SimNode node, SimNode donor, GtidSet archived)
    {
        var thrown = node.Mysqld.Executed.Union(node.Mysqld.Received).Minus(archived);
        var unsaved = world.Nodes.Where(n => n != node && !n.Retired).Aggregate(thrown, (rest, n) => rest.Minus(n.Mysqld.Executed).Minus(n.Mysqld.Received).Minus(n.Mysqld.Logged));
        if (!unsaved.IsEmpty && node.Mysqld.Executed.Contains(unsaved) && donor.Mysqld.Running)
        {
            Fail("NothingSilent", $"n{node.Number} throws {unsaved} away without an archive");
        }
    }

    /// <summary>What must be true when nothing fails any more. Null: it is.</summary>
    public string? WhyNotConverged()
    {
        var leader = world.Nodes.FirstOrDefault(n => Believes(n) && !n.Mysqld.Offline);
        if (leader?.Core is not { } core)
        {
            return "no node is writable";
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

            if (!node.Mysqld.Rows.SetEquals(leader.Mysqld.Rows))
            {
                return $"n{node.Number} holds {node.Mysqld.Rows.Count} rows, the leader {leader.Mysqld.Rows.Count}";
            }
        }

        return leader.Mysqld.WaitingSessions > 0 ? "a commit still waits" : null;
    }

    private bool IsMember(SimNode node) => world.Nodes.Select(n => n.Core).OfType<NodeCore>()
        .Where(c => c.State.ClusterId.Length > 0).MaxBy(c => c.AppliedIndex) is { } newest && newest.State.Members.ContainsKey(node.Id);

    /// <summary>At the end: every acknowledged row is on every member.</summary>
    public void AllThere()
    {
        foreach (var (content, (by, _)) in _acknowledged)
        {
            var without = world.Nodes.FirstOrDefault(n => IsMember(n) && !n.Mysqld.Rows.Contains(content));
            if (without is not null)
            {
                Fail("NothingLost", $"row {content}, acknowledged by n{by.Number}, is not on n{without.Number} at the end");
                return;
            }
        }
    }
}
