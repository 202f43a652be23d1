using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>Taking in a node that knows of no peer: the controller greets it until it asks to join, as any newcomer does.</summary>
public sealed partial class NodeCore
{
    private static readonly TimeSpan GreetEvery = TimeSpan.FromMilliseconds(250);

    /// <summary>Who was started anew with empty data answers a greeting at once, long before its former id is confirmed dead.</summary>
    private static readonly TimeSpan FormerLifePatience = TimeSpan.FromSeconds(2);
    private Instant _nextGreeting = Instant.Zero;

    private const int MostGreeted = 128;
    private readonly HashSet<(string Host, int Port)> _greeted = [];
    private ImmutableSortedDictionary<NodeId, MemberInfo>? _greetedOf;

    /// <summary>
    /// Members are greeted as configured peers are: a node without any finds the ring again by what it knows of the cluster, even where
    /// all have restarted and nobody there remembers it.
    /// </summary>
    private void GreetMembers()
    {
        if (ReferenceEquals(_greetedOf, _state.Members))
        {
            return;
        }

        _greetedOf = _state.Members;
        var news = _state.Members.Values.Where(m => m.Id != _options.Self).Select(m => (m.Address.Host, m.Address.RingPort))
            .Where(a => _greeted.Count < MostGreeted && _greeted.Add(a)).ToList();
        if (news.Count > 0)
        {
            _swim.AddSeeds(news);
        }
    }

    private void AnnounceVote(ClusterState before, ClusterCommand command)
    {
        if (command is SetMember { Member: { Votes: var votes } member } && before.Members.GetValueOrDefault(member.Id)?.Votes != votes)
        {
            var what = votes switch { true => "vote", false => "follow without a vote", null => "vote as needed" };
            _out.Agreed("vote-wished", $"{Name(member.Id)} is to {what}", member.Id);
        }
    }

    private void Invite()
    {
        if (_now < _nextGreeting)
        {
            return;
        }

        _nextGreeting = _now + GreetEvery;
        foreach (var add in _operators.Invitations.Where(a => AgentAt(a.Host, a.Port) is not { } there || !MayCome(there)))
        {
            _swim.Greet(_now, (add.Host, add.Port));
        }
    }

    /// <summary>What is wished of a newcomer's vote by who invited it.</summary>
    private bool? InvitedAs(NodeAddress address) =>
        _operators.Invitations.FirstOrDefault(a => a.Host == address.Host && a.Port == address.RingPort)?.Votes;

    /// <summary>
    /// Who lives at that address. Of an agent whose data was emptied gossip holds the former id for some seconds beside the new one: that
    /// one is not meant.
    /// </summary>
    private MemberRecord? AgentAt(string host, int port) => _swim.Members
        .Where(m => m.Status is MemberStatus.Alive or MemberStatus.Suspect && m.Address.Host == host && m.Address.RingPort == port)
        .OrderByDescending(MayCome).FirstOrDefault();

    private bool MayCome(MemberRecord there) => IsMember(there.Id)
        || (IsOfThisGroup(there) && there.Facts.ClusterId.Length == 0 && !_state.Removed.ContainsKey(there.Id));

    /// <summary>How an invitation ended; null: it goes on.</summary>
    /// <param name="since">How long it has been under way.</param>
    private OperatorAnswer? Invited(AddRequest add, TimeSpan since)
    {
        var place = $"{add.Host}:{add.Port}";
        var late = since >= OperatorDesk.AnswerPatience;
        if (AgentAt(add.Host, add.Port) is not { } there)
        {
            return late
                ? OperatorDesk.Refused(
                    "no-answer", $"no agent answered at {place} (udp): do packets get through? One with topology standalone answers nobody")
                : null;
        }

        if (!MayCome(there) && since < FormerLifePatience)
        {
            return null;
        }

        var name = $"{there.Facts.Name} ({there.Address.Host})";
        return IsMember(there.Id) ? null // the state says so
            : there.Facts.Group != _options.Group.Group
                ? OperatorDesk.Refused("other-group", $"{name} belongs to the group {there.Facts.Group}, not {_options.Group.Group}")
            : _state.Removed.TryGetValue(there.Id, out var removed)
                ? OperatorDesk.Refused("removed", $"{name} was removed from the cluster ({removed.Reason}): stop its agent, empty its data"
                    + " directory, start it, and add it again")
            : there.Facts.ClusterId.Length > 0 && there.Facts.ClusterId != _local.ClusterId
                ? OperatorDesk.Refused("other-cluster", $"{name} belongs to another cluster ({there.Facts.ClusterId}):"
                    + " with an empty data directory it can be added")
            : _newcomers.TryGetValue(there.Id, out var asked)
                ? MembershipRefusal(asked.Newcomer) is { } refusal ? new OperatorAnswer(OperatorOutcome.Refused, refusal) : null
            : late && OtherClusters() is { Length: > 0 } others
                ? OperatorDesk.Refused("two-clusters", $"{name} does not ask to join: its ring holds another cluster of the group"
                    + $" {_options.Group.Group} too ({others}), and a node joins neither of two. When the agents of that one are stopped,"
                    + " or have a ring key of their own, it joins by itself")
            : since >= OperatorDesk.Patience
                ? OperatorDesk.Refused("does-not-ask", $"{name} answers, and did not ask to join for {since.TotalSeconds:0} s:"
                    + $" 'mysqlha status --address {add.Host}' says what it waits for")
            : null;
    }

    /// <summary>Who of this group belongs to another cluster, as every node of the ring sees it.</summary>
    private string OtherClusters() => string.Join("; ", _swim.Members
        .Where(m => m.Status is MemberStatus.Alive or MemberStatus.Suspect && IsOfThisGroup(m)
            && m.Facts.ClusterId.Length > 0 && m.Facts.ClusterId != _local.ClusterId)
        .GroupBy(m => m.Facts.ClusterId)
        .Select(c => $"{c.Key}: {string.Join(", ", c.Select(m => $"{m.Facts.Name} ({m.Address.Host})"))}"));
}
