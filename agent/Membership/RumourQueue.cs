using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// News still to be spread: at most one piece per member, the newest; least sent first, of those the newest first. Gone when sent often
/// enough.
/// Bounded by the number of members.
/// </summary>
internal sealed class RumourQueue
{
    private readonly SortedSet<Rumour> _order = new(Comparer<Rumour>.Create(Compare));
    private readonly Dictionary<NodeId, Rumour> _ofMember = [];
    private long _count;

    public bool IsEmpty => _order.Count == 0;

    public int Count => _order.Count;

    /// <summary>Replaces older news of the same member.</summary>
    public void Add(MemberUpdate update)
    {
        Remove(update.Record.Id);
        Put(new Rumour(update, GossipCodec.Size(update), Sent: 0, Number: ++_count));
    }

    public void Remove(NodeId member)
    {
        if (_ofMember.Remove(member, out var rumour))
        {
            _ = _order.Remove(rumour);
        }
    }

    /// <summary>
    /// The next pieces that fit into <paramref name="room"/> bytes, a comma for each included, none of a member in <paramref name="told"/>;
    /// each counts as sent once.
    /// </summary>
    public List<MemberUpdate> Take(int room, int most, int transmissions, IReadOnlyCollection<NodeId> told)
    {
        var taken = new List<Rumour>();
        var looks = Looks;
        foreach (var rumour in _order)
        {
            if (taken.Count >= most || room < SmallestUpdate || looks-- == 0)
            {
                break;
            }

            if (rumour.Size + 1 <= room && !told.Contains(rumour.Update.Record.Id))
            {
                taken.Add(rumour);
                room -= rumour.Size + 1;
            }
        }

        foreach (var rumour in taken)
        {
            Remove(rumour.Update.Record.Id);
            if (rumour.Sent + 1 < transmissions)
            {
                Put(rumour with { Sent = rumour.Sent + 1 });
            }
        }

        return taken.ConvertAll(r => r.Update);
    }

    /// <summary>No update is shorter: id and keys alone take as much.</summary>
    private const int SmallestUpdate = 100;

    /// <summary>Pieces that one message is filled from: in a storm of thousands the next ones will do for the next message.</summary>
    private const int Looks = 80;

    private void Put(Rumour rumour)
    {
        _ofMember[rumour.Update.Record.Id] = rumour;
        _ = _order.Add(rumour);
    }

    private static int Compare(Rumour a, Rumour b) => a.Sent != b.Sent ? a.Sent.CompareTo(b.Sent) : b.Number.CompareTo(a.Number);

    private sealed record Rumour(MemberUpdate Update, int Size, int Sent, long Number);
}
