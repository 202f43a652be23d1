using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Failover;
using MySqlHa.Membership;

namespace MySqlHa.Core;

/// <summary>
/// How strangers become one cluster, once: the lowest id among the founding number of unfounded members asks all of them to pledge
/// exactly this set; when every one has, the cluster is founded. A member pledges once at a time, durably, so two
/// overlapping sets are never both founded.
/// </summary>
internal sealed class Founding(CoreOptions options)
{
    private static readonly TimeSpan Retry = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private ImmutableSortedSet<NodeId> _pledged = [];
    private Instant _nextTry = Instant.Zero;
    private Instant _began = Instant.Never;

    /// <summary>What is waited for, for people.</summary>
    public Reason Waiting { get; private set; } = new("waiting-for-quorum", "looking for the other members");

    public Instant NextDeadline => _nextTry;

    /// <summary>One round: the messages to send and, where it changed, the new local record. Called until the cluster is founded.</summary>
    public (LocalRecord Local, ImmutableArray<(NodeId To, PeerMessage Message)> Messages, Pledge? Founded) Run(
        Instant now, LocalRecord local, IReadOnlyCollection<MemberRecord> members)
    {
        if (now < _nextTry)
        {
            return (local, [], null);
        }

        _nextTry = now + Retry;
        var unfounded = members.Where(m => m.Status == MemberStatus.Alive && IsOurs(m.Facts.Group) && m.Facts.ClusterId.Length == 0).ToList();
        if (local.Pledge is { } pledge)
        {
            return Founder(pledge) == options.Self ? Press(now, local, pledge) : AskHow(local, pledge);
        }

        if (unfounded.Count == 1 && options.Seeds.IsEmpty && options.Voters > 1)
        {
            Waiting = new Reason("waits-to-be-added", $"waits to be added: 'mysqlha add {options.Address.Host}' on a node of the cluster does it;"
                + $" or {options.Voters - 1} more agents that name this one (--peer {options.Address.Host}) found a new one with it");
            return (local, [], null);
        }

        if (unfounded.Count < options.Voters)
        {
            Waiting = new Reason("waiting-for-quorum", $"{unfounded.Count} of {options.Voters}: waiting for a quorum");
            return (local, [], null);
        }

        var adopters = unfounded.Where(m => m.Facts.Adopts).OrderBy(m => m.Facts.Name, StringComparer.Ordinal).ThenBy(m => m.Id).ToList();
        if (adopters.Count > 1)
        {
            var who = string.Join(" and ", adopters.Select(m => $"{m.Facts.Name} ({m.Address.Host})"));
            Waiting = new Reason("data-differs", $"{who} each bring data of their own (--adopt), but a cluster begins with one node's data:"
                + " move it away on all but one of them and start these without --adopt");
            return (local, [], null);
        }

        var chosen = unfounded.OrderByDescending(m => m.Facts.Adopts).ThenBy(m => m.Id).Take(options.Voters).OrderBy(m => m.Id).ToList();
        if (chosen[0].Id != options.Self)
        {
            Waiting = new Reason("waiting-for-founder", $"{unfounded.Count} of {options.Voters}: waiting for {chosen[0].Facts.Name} ({chosen[0].Address.Host}) to found the cluster");
            return (local, [], null);
        }

        var mine = new Pledge(options.NewClusterId, options.NewClusterSecret, [.. chosen.Select(m => new MemberInfo(m.Id, m.Facts.Name, m.Address))])
        {
            Adopter = adopters.Count == 1 ? adopters[0].Id : null,
            Group = options.Group.Group,
        };
        _began = now;
        _pledged = [options.Self];
        return Press(now, local with { Pledge = mine }, mine);
    }

    /// <summary>Answers a founder. The pledge is durable (in the returned record) before the answer leaves.</summary>
    public (LocalRecord Local, PeerMessage? Answer) Asked(NodeId from, LocalRecord local, Pledge pledge)
    {
        // What the founder heard of this node may be of an earlier life: data of its own must neither be left out nor be expected in vain,
        // and its group may have been another.
        var fits = (pledge.Group.Length == 0 || IsOurs(pledge.Group)) && pledge.Members.Any(m => m.Id == options.Self) && Founder(pledge) == from && pledge.Members.Length == options.Voters
            && (pledge.Adopter == options.Self) == options.Adopts;
        if (!fits || (local.Pledge is { } mine && mine.ClusterId != pledge.ClusterId && Founder(mine) != from))
        {
            return (local, null);
        }

        // A newer set by the same founder replaces its older one: it asks for one set at a time.
        return (local with { Pledge = pledge }, new FoundPledged(pledge.ClusterId));
    }

    public void Pledged(NodeId from, LocalRecord local, string clusterId)
    {
        if (local.Pledge?.ClusterId == clusterId)
        {
            _pledged = _pledged.Add(from);
            _nextTry = Instant.Zero;
        }
    }

    private (LocalRecord Local, ImmutableArray<(NodeId To, PeerMessage Message)> Messages, Pledge? Founded) Press(Instant now, LocalRecord local, Pledge pledge)
    {
        _pledged = _pledged.Add(options.Self);
        _began = _began == Instant.Never ? now : _began;
        var others = pledge.Members.Where(m => m.Id != options.Self).ToList();
        var missing = others.Where(m => !_pledged.Contains(m.Id)).ToList();
        if (missing.Count == 0)
        {
            return (local, [.. others.Select(m => (m.Id, (PeerMessage)new FoundDone(pledge)))], pledge);
        }

        Waiting = new Reason("founding", $"founding the cluster; waiting for {string.Join(", ", missing.Select(m => m.Address.Host))}");
        if (now - _began > Patience)
        {
            // Nothing was founded and only this node could have: the set may be drawn anew, without who is gone.
            _began = Instant.Never;
            _pledged = [];
            return (local with { Pledge = null }, [.. others.Select(m => (m.Id, (PeerMessage)new FoundDropped(pledge.ClusterId)))], null);
        }

        return (local, [.. missing.Select(m => (m.Id, (PeerMessage)new FoundAsk(pledge)))], null);
    }

    private (LocalRecord Local, ImmutableArray<(NodeId To, PeerMessage Message)> Messages, Pledge? Founded) AskHow(LocalRecord local, Pledge pledge)
    {
        var founder = Founder(pledge);
        Waiting = new Reason("founding", $"pledged to found a cluster with {pledge.Members.Single(m => m.Id == founder).Address.Host}; waiting for its word");
        return (local, [(founder, new FoundHow(pledge.ClusterId))], null);
    }

    private bool IsOurs(string group) => group == options.Group.Group || options.Faults.FoundsAcrossGroups;

    private static NodeId Founder(Pledge pledge) => pledge.Members.Min(m => m.Id);
}
