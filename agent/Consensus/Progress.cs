using MySqlHa.Cluster;

namespace MySqlHa.Consensus;

/// <summary>
/// What a leader knows of one other member. It starts by probing, one message in flight, until it knows where the logs part;
/// then it streams: entries are sent ahead of their acknowledgements. A refusal means that something was lost: back to probing.
/// Invariant: Match &lt; Next; Match never shrinks within a term.
/// </summary>
internal sealed class Progress(NodeId member, long next, Instant since)
{
    public NodeId Member { get; } = member;

    /// <summary>The last index known to be on the member.</summary>
    public long Match { get; private set; }

    /// <summary>The first index of the next message.</summary>
    public long Next { get; private set; } = next;

    public bool Streaming { get; private set; }

    /// <summary>A probe or snapshot is on its way and neither answered nor given up.</summary>
    public bool ProbeInFlight { get; private set; }

    /// <summary>The snapshot on its way, by index; 0 for none.</summary>
    public long SnapshotInFlight { get; private set; }

    public Instant ProbeSent { get; private set; }

    /// <summary>When the member was last heard in this term; null for never.</summary>
    public Instant? Heard { get; private set; }

    /// <summary>For CheckQuorum: a member nobody has spoken to yet is not silent.</summary>
    public Instant HeardOrNew => Heard ?? since;

    public long RoundSent { get; private set; }

    public long RoundHeard { get; private set; }

    /// <summary>The commit index of the last message.</summary>
    public long CommitSent { get; private set; }

    public bool HeartbeatDue { get; set; }

    public void OnHeard(Instant now, long round)
    {
        Heard = now;
        RoundHeard = Math.Max(RoundHeard, round);
    }

    /// <summary>Any message left, whatever it carries.</summary>
    public void OnSent(long round, long commit)
    {
        RoundSent = round;
        CommitSent = Math.Max(CommitSent, commit);
        HeartbeatDue = false;
    }

    public void OnEntriesSent(Instant now, int count)
    {
        if (Streaming)
        {
            Next += count;
            return;
        }

        ProbeInFlight = true;
        ProbeSent = now;
    }

    public void OnSnapshotSent(Instant now, long index)
    {
        Streaming = false;
        ProbeInFlight = true;
        ProbeSent = now;
        SnapshotInFlight = index;
    }

    public void OnAccepted(long index)
    {
        Match = Math.Max(Match, index);
        if (!Streaming && (SnapshotInFlight == 0 ? index >= Next - 1 : index >= SnapshotInFlight))
        {
            Streaming = true;
            ProbeInFlight = false;
            SnapshotInFlight = 0;
        }

        Next = Math.Max(Next, Match + 1);
    }

    /// <summary>The member's log does not reach, or differs: try again behind this index.</summary>
    public void OnRefused(long lastWorthTrying)
    {
        if (SnapshotInFlight != 0)
        {
            // It cannot know yet what is on its way; the snapshot is sent again by time, not by refusals.
            return;
        }

        Streaming = false;
        ProbeInFlight = false;
        Next = Math.Max(Math.Min(Next - 1, lastWorthTrying), Match) + 1;
    }

    public void GiveUpProbe()
    {
        ProbeInFlight = false;
        SnapshotInFlight = 0;
    }
}
