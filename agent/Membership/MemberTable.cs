using System.Collections.Immutable;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// What this node holds of every member. Of two words about a member the higher incarnation wins, at one incarnation the later status:
/// so all tables that heard the same agree, in whatever order they heard it. Two rules temper this.
/// A death sentence about a member held alive is hearsay: it only makes it suspect, so that one deaf member cannot kill the ring.
/// A suspect is confirmed only when its time to object, counted here, has run out; whoever says that it is dead is one more accuser.
/// </summary>
internal sealed class MemberTable(Oneself oneself, SwimOptions options, RumourQueue rumours, List<MemberChange> changes)
{
    private readonly SortedDictionary<NodeId, Member> _members = [];
    private readonly SortedDictionary<NodeId, Suspicion> _suspects = [];
    private ImmutableArray<MemberRecord> _living = [];
    private ImmutableArray<MemberRecord> _all = [];
    private int _livingCount;
    private bool _stale = true;

    public IEnumerable<Member> Others => _members.Values;

    public bool HasSuspects => _suspects.Count > 0;

    public IEnumerable<Member> Suspects => _suspects.Keys.Select(id => _members[id]);

    /// <summary>The others that are alive or suspect, sorted by id.</summary>
    public ImmutableArray<MemberRecord> Living
    {
        get
        {
            Refresh();
            return _living;
        }
    }

    /// <summary>All, this node included, sorted by id.</summary>
    public ImmutableArray<MemberRecord> All
    {
        get
        {
            Refresh();
            return _all;
        }
    }

    /// <summary>Living members, this node included.</summary>
    public int Size => _livingCount + 1;

    public Instant NextSuspicionEnd =>
        _suspects.Count == 0 || options.Fault == SwimFault.SuspicionNeverEnds ? Instant.Never : _suspects.Values.Min(s => s.Deadline);

    public Member? Find(NodeId id) => _members.GetValueOrDefault(id);

    /// <summary>Takes what was heard of another member; what is older than what is held changes nothing.</summary>
    public void Hear(Instant now, MemberUpdate heard)
    {
        var record = heard.Record;
        if (!_members.TryGetValue(record.Id, out var held))
        {
            Meet(now, heard);
        }
        else if (record.Incarnation > held.Record.Incarnation || (options.Fault == SwimFault.OldOverwritesNew && record != held.Record))
        {
            HearNewer(now, held, heard);
        }
        else if (record.Incarnation == held.Record.Incarnation && record.Status > MemberStatus.Alive)
        {
            Condemn(now, held, heard);
        }
    }

    /// <summary>This node's own probe failed.</summary>
    public void Accuse(Instant now, NodeId id, string reason)
    {
        if (Find(id) is not { IsLiving: true } held)
        {
            return;
        }

        var incarnation = held.Record.Incarnation + (options.Fault == SwimFault.RaisesOthersIncarnation ? 1 : 0);
        var suspect = held.Record with { Status = MemberStatus.Suspect, Incarnation = incarnation };
        if (held.Record.Status == MemberStatus.Alive)
        {
            Put(now, held.Record, new MemberUpdate(suspect, oneself.Id), reason);
        }
        else
        {
            Hear(now, new MemberUpdate(suspect, oneself.Id));
        }
    }

    /// <summary>Confirms the suspects whose time to object is over.</summary>
    public void EndSuspicions(Instant now)
    {
        if (NextSuspicionEnd > now)
        {
            return;
        }

        foreach (var (id, suspicion) in _suspects.Where(s => s.Value.Deadline <= now).ToList())
        {
            var held = _members[id].Record;
            var reason = $"did not object for {suspicion.Age(now).TotalSeconds:0.0} s, {suspicion.Accusers} accused it";
            Judge(now, held, MemberStatus.Confirmed, reason);
        }
    }

    /// <summary>
    /// Gives up who is dead for long, forgets who departed long ago. Forgotten members are no change: nothing new is held of them.
    /// </summary>
    public void Sweep(Instant now)
    {
        foreach (var member in _members.Values.Where(m => !m.IsLiving && m.Since + options.DepartedAfter <= now).ToList())
        {
            if (member.Record.Status == MemberStatus.Departed)
            {
                Forget(member.Record.Id);
            }
            else
            {
                Judge(now, member.Record, MemberStatus.Departed, $"dead for {options.DepartedAfter.TotalHours:0.#} hours: given up");
            }
        }
    }

    /// <summary>A dead member whose address another living one has now cannot come back there: it departs.</summary>
    public void GiveUpAddress(Instant now, MemberRecord owner)
    {
        var dead = _members.Values.Select(m => m.Record).Where(r => r.Status == MemberStatus.Confirmed && IsAt(owner, r)).ToList();
        foreach (var record in dead)
        {
            Judge(now, record, MemberStatus.Departed, $"dead, and {owner.Id} has its address {owner.Place} now");
        }
    }

    public void OneselfChanged() => _stale = true;

    private void Meet(Instant now, MemberUpdate heard)
    {
        // Who departed may have been forgotten here already: taking it again from who still remembers would never end.
        if (heard.Record.Status == MemberStatus.Departed || (_members.Count >= MemberLimits.Members - 1 && !MakeRoom()))
        {
            return;
        }

        Put(now, null, heard, heard.From == heard.Record.Id ? "joined" : $"joined, as {heard.From} says");
    }

    private bool MakeRoom()
    {
        var oldest = _members.Values.Where(m => m.Record.Status == MemberStatus.Departed).OrderBy(m => m.Since).FirstOrDefault();
        if (oldest is not null)
        {
            Forget(oldest.Record.Id);
        }

        return oldest is not null;
    }

    private void HearNewer(Instant now, Member held, MemberUpdate heard)
    {
        var record = heard.Record;
        if (record.Status == MemberStatus.Confirmed && held.IsLiving)
        {
            heard = heard with { Record = record with { Status = MemberStatus.Suspect } };
        }

        if (options.Fault == SwimFault.KeepsOldFacts)
        {
            heard = heard with { Record = heard.Record with { Facts = held.Record.Facts } };
        }

        Put(now, held.Record, heard, ReasonOfNewer(held.Record, heard));
    }

    /// <summary>Accused at the incarnation that is held.</summary>
    private void Condemn(Instant now, Member held, MemberUpdate heard)
    {
        switch (held.Record.Status)
        {
            case MemberStatus.Alive or MemberStatus.Suspect when options.Fault == SwimFault.BelievesHearsay:
                Put(now, held.Record, heard, $"{heard.From} says so");
                break;
            case MemberStatus.Alive:
                Put(now, held.Record, heard with { Record = held.Record with { Status = MemberStatus.Suspect } }, $"suspected by {heard.From}");
                break;
            case MemberStatus.Suspect when held.Suspicion!.Accuse(heard.From):
                // One more came to the same finding: worth passing on, for the suspicions of others shrink by it too.
                rumours.Add(heard with { Record = held.Record });
                break;
            case MemberStatus.Confirmed when heard.Record.Status == MemberStatus.Departed:
                Put(now, held.Record, heard, $"given up by {heard.From}");
                break;
            default:
                break;
        }
    }

    private static string ReasonOfNewer(MemberRecord held, MemberUpdate heard)
    {
        var record = heard.Record;
        return record.Status switch
        {
            MemberStatus.Departed => "left by its own word",
            MemberStatus.Suspect => $"suspected by {heard.From}",
            MemberStatus.Confirmed => $"confirmed dead again, as {heard.From} says",
            _ when record.Address != held.Address && held.Status == MemberStatus.Alive =>
                $"speaks from {record.Place} while alive at {held.Place}: moved, or two nodes share one id",
            _ when record.Address != held.Address => $"is back, at {record.Place}",
            _ when held.Status == MemberStatus.Alive => record.Facts != held.Facts ? "changed its facts" : "raised its incarnation",
            _ when held.Status == MemberStatus.Suspect => "objected",
            _ => "is back",
        };
    }

    /// <summary>This node's own finding.</summary>
    private void Judge(Instant now, MemberRecord held, MemberStatus status, string reason) =>
        Put(now, held, new MemberUpdate(held with { Status = status }, oneself.Id), reason);

    private void Put(Instant now, MemberRecord? before, MemberUpdate update, string reason)
    {
        var record = update.Record;
        var since = before?.Status == record.Status ? _members[record.Id].Since : now;
        var suspicion = record.Status == MemberStatus.Suspect ? NewSuspicion(now, update.From) : null;
        var member = new Member(record, update.From, since, suspicion);
        _livingCount += (member.IsLiving ? 1 : 0) - (Find(record.Id) is { IsLiving: true } ? 1 : 0);
        _members[record.Id] = member;
        _stale = true;
        _ = _suspects.Remove(record.Id);
        if (suspicion is not null)
        {
            _suspects[record.Id] = suspicion;
        }

        rumours.Add(update);
        changes.Add(new MemberChange(before, record, reason));
        SettleAddress(now, record);
    }

    private void SettleAddress(Instant now, MemberRecord record)
    {
        if (record.Status == MemberStatus.Alive)
        {
            GiveUpAddress(now, record);
        }
        else if (record.Status == MemberStatus.Confirmed
            && All.FirstOrDefault(r => r.Status == MemberStatus.Alive && IsAt(r, record)) is { } owner)
        {
            GiveUpAddress(now, owner);
        }
    }

    /// <summary>Another member with the same gossip address.</summary>
    private static bool IsAt(MemberRecord owner, MemberRecord other) => owner.Id != other.Id && owner.Gossip == other.Gossip;

    private Suspicion NewSuspicion(Instant now, NodeId accuser)
    {
        // Besides the suspect and the first accuser, others must be there to come to the same finding.
        var wanted = options.SuspicionMult - 2;
        var min = options.SuspicionMin(Size);
        return new Suspicion(now, accuser, Size - 2 < wanted ? 0 : wanted, min, min * options.SuspicionMaxMult);
    }

    private void Forget(NodeId id)
    {
        _ = _members.Remove(id);
        rumours.Remove(id);
        _stale = true;
    }

    private void Refresh()
    {
        if (_stale)
        {
            _living = [.. _members.Values.Where(m => m.IsLiving).Select(m => m.Record)];
            var records = _members.Values.Select(m => m.Record).ToList();
            var place = records.FindIndex(r => r.Id > oneself.Id);
            records.Insert(place < 0 ? records.Count : place, oneself.Record);
            _all = [.. records];
            _stale = false;
        }
    }
}
