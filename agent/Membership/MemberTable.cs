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
    private readonly Dictionary<NodeId, Member> _members = [];
    private readonly SortedDictionary<NodeId, Member> _gone = [];
    private readonly SortedDictionary<NodeId, Suspicion> _suspects = [];
    private readonly SortedRecords _living = new();
    private readonly SortedRecords _all = new(oneself.Record);
    private ImmutableArray<MemberRecord> _snapshot;

    /// <summary>Grows with each change: what was made of the table at the same version is still right.</summary>
    public long Version { get; private set; }

    public bool KnowsOthers => _members.Count > 0;

    /// <summary>The others that are confirmed dead or departed: hardly ever many.</summary>
    public IReadOnlyCollection<Member> Gone => _gone.Values;

    public bool HasSuspects => _suspects.Count > 0;

    public IEnumerable<Member> Suspects => _suspects.Keys.Select(id => _members[id]);

    /// <summary>The others that are alive or suspect, sorted by id.</summary>
    public IReadOnlyList<MemberRecord> Living => _living;

    /// <summary>All, this node included, sorted by id; made anew when it is asked for behind a change.</summary>
    public ImmutableArray<MemberRecord> All => _snapshot.IsDefault ? _snapshot = [.. _all] : _snapshot;

    /// <summary>Living members, this node included.</summary>
    public int Size => _living.Count + 1;

    public Instant NextSuspicionEnd =>
        _suspects.Count == 0 || options.Fault == SwimFault.SuspicionNeverEnds ? Instant.Never : _suspects.Values.Min(s => s.Deadline);

    public Member? Find(NodeId id) => _members.GetValueOrDefault(id);

    /// <summary>Takes what was heard of another member; what is older than what is held changes nothing.</summary>
    /// <param name="now">This node's awake time.</param>
    /// <param name="heard">What was said, and who said it first.</param>
    /// <param name="news">Whether others have yet to hear of who is new here.</param>
    public void Hear(Instant now, MemberUpdate heard, bool news = true)
    {
        var record = heard.Record;
        if (!_members.TryGetValue(record.Id, out var held))
        {
            Meet(now, heard, news);
        }
        else if (record.Incarnation > held.Record.Incarnation || (options.Fault == SwimFault.OldOverwritesNew && record != held.Record))
        {
            HearNewer(now, held, heard);
        }
        else if (record.Incarnation == held.Record.Incarnation && record.Status > MemberStatus.Alive)
        {
            Condemn(now, held, heard);
        }
        else if (record.Incarnation == held.Record.Incarnation && record.Facts.IsFullerThan(held.Record.Facts))
        {
            // An older agent passed it on, and left out what it does not know.
            Put(now, held.Record, heard with { Record = held.Record with { Facts = record.Facts } }, "changed its facts");
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
        foreach (var member in _gone.Values.Where(m => m.Since + options.DepartedAfter <= now).ToList())
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
        var dead = _gone.Values.Select(m => m.Record).Where(r => r.Status == MemberStatus.Confirmed && IsAt(owner, r)).ToList();
        foreach (var record in dead)
        {
            Judge(now, record, MemberStatus.Departed, $"dead, and {owner.Id} has its address {owner.Place} now");
        }
    }

    public void OneselfChanged()
    {
        if (!ReferenceEquals(_all.Find(oneself.Id), oneself.Record))
        {
            _all.Put(oneself.Record);
            Changed();
        }
    }

    private void Meet(Instant now, MemberUpdate heard, bool news)
    {
        // Who departed may have been forgotten here already: taking it again from who still remembers would never end.
        if (heard.Record.Status == MemberStatus.Departed || (_members.Count >= MemberLimits.Members - 1 && !MakeRoom()))
        {
            return;
        }

        Put(now, null, heard, heard.From == heard.Record.Id ? "joined" : $"joined, as {heard.From} says", news);
    }

    private bool MakeRoom()
    {
        var oldest = _gone.Values.Where(m => m.Record.Status == MemberStatus.Departed).OrderBy(m => m.Since).FirstOrDefault();
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

    private void Put(Instant now, MemberRecord? before, MemberUpdate update, string reason, bool news = true)
    {
        var record = update.Record;
        var same = before?.Status == record.Status ? _members[record.Id] : null;
        var suspicion = record.Status == MemberStatus.Suspect ? NewSuspicion(now, update.From) : null;
        var member = new Member(record, update.From, same?.Since ?? now, suspicion);
        _members[record.Id] = member;
        _all.Put(record);
        if (member.IsLiving)
        {
            _living.Put(record);
            _ = _gone.Remove(record.Id);
        }
        else
        {
            _living.Remove(record.Id);
            _gone[record.Id] = member;
        }

        _ = _suspects.Remove(record.Id);
        if (suspicion is not null)
        {
            _suspects[record.Id] = suspicion;
        }

        Changed();
        if (news && options.Fault != SwimFault.PassesNothingOn)
        {
            rumours.Add(update);
        }

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
            && _all.FirstOrDefault(r => r.Status == MemberStatus.Alive && IsAt(r, record)) is { } owner)
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
        _ = _gone.Remove(id);
        _all.Remove(id);
        rumours.Remove(id);
        Changed();
    }

    private void Changed()
    {
        Version++;
        _snapshot = default;
    }
}
