using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// mysqld as a model: a synced binary log, an engine that commits after the acknowledgements, a relay log in the page cache,
/// a receiver and semi-sync as MySQL 9.7 was seen to behave (acknowledgements by position, never repeated, counted when late).
/// </summary>
internal sealed partial class SimMysqld(World world, SimNode node)
{
    private readonly List<Commit> _waiting = [];
    private readonly Dictionary<(string, long), long> _known = [];
    private readonly Dictionary<(string, long), long> _relayed = [];
    private int _uuidNumber;
    private long _ownNumber;
    private bool _applying;
    private long _life;

    public SimNode Node => node;
    /// <summary>Since this data directory was made, it was attached to a leader, or cloned.</summary>
    public bool EverFollowed { get; set; }
    public bool HasData { get; private set; }

    /// <summary>A clone into this data directory was begun, and has not come to its end: the mark in it says so.</summary>
    public bool HalfMade { get; private set; }

    /// <summary>A row of data that no agent made, which waits to be taken over; 0: none.</summary>
    public long BroughtRow { get; set; }
    public bool Running { get; private set; }
    public bool ReadOnly { get; private set; } = true;

    /// <summary>The event scheduler is on, and what ran elsewhere is enabled.</summary>
    public bool RunsEvents { get; private set; }
    public bool Offline { get; private set; } = true;
    public bool SemiSyncSource { get; private set; }
    public int AcksNeeded { get; private set; }
    public string Uuid { get; private set; } = "";

    /// <summary>In binary log order; what is in here survives any crash.</summary>
    public List<Transaction> Binlog { get; private set; } = [];
    public GtidSet Executed { get; private set; } = GtidSet.Empty;
    public GtidSet Purged { get; private set; } = GtidSet.Empty;

    /// <summary>Rows that can be read.</summary>
    public HashSet<long> Rows { get; private set; } = [];
    public List<Transaction> Relay { get; } = [];
    public GtidSet Received { get; private set; } = GtidSet.Empty;
    public int RelaySynced { get; private set; }
    public SimReceiver? Receiver { get; private set; }
    public List<SimReceiver> Dumps { get; } = [];
    public bool ApplierStalled { get; set; }
    public int WaitingSessions => _waiting.Count;

    /// <summary>Nodes with an account to replicate from here that is not locked. Part of the data; never in the binary log.</summary>
    public HashSet<NodeId> LetIn { get; private set; } = [];

    /// <summary>As a follower: its acknowledgements are lost, or come later.</summary>
    public bool AcksLost { get; set; }
    public TimeSpan AckDelay { get; set; }

    /// <summary>As a follower: what is sent to it comes later.</summary>
    public TimeSpan ReceiveDelay { get; set; }

    /// <summary>How much later than it was acknowledged the agent hears of a marker.</summary>
    public TimeSpan MarkersTold { get; set; }

    /// <summary>What each effect of the agent takes longer; replication goes on meanwhile.</summary>
    public TimeSpan SlowStatements { get; set; }

    /// <summary>Its next start fails: a full disk, say.</summary>
    public bool CannotStart { get; set; }

    /// <summary>Which life of the agent holds the effects lock; a later one takes it from the one before. 0: nobody.</summary>
    public long EffectsLock { get; private set; }

    public GtidSet Holds => Executed.Union(Received);

    /// <summary>Everything in the binary log, committed in the engine or not.</summary>
    public GtidSet Logged => Binlog.Aggregate(GtidSet.Empty, (set, t) => set.Union(t.Gtid));

    private sealed record Commit(Transaction Transaction, HashSet<NodeId> Acks, Action<bool> Told, int Position)
    {
        public bool Gone { get; set; }
    }

    /// <summary>Makes and unlocks accounts, locks others and cuts their receivers off.</summary>
    public void SetAccess(IEnumerable<NodeId> letIn, IEnumerable<NodeId> lockedOut)
    {
        LetIn.UnionWith(letIn);
        LetIn.ExceptWith(lockedOut);
        foreach (var dump in Dumps.Where(d => !LetIn.Contains(d.Follower.Id)).ToList())
        {
            dump.Drop();
        }
    }

    public void Initialise()
    {
        (HasData, HalfMade) = (true, false);
        Wipe();
    }

    /// <summary>From here on the old data may be gone at any moment.</summary>
    public void BeginClone()
    {
        HalfMade = true;
        _ = StopReceiver();
    }

    /// <summary>A clone that did not come to its end: what it leaves is not served.</summary>
    public void GiveUp()
    {
        Die();
        Wipe();
        HasData = false;
    }

    /// <summary>The data that was there becomes the cluster's, behind a transaction that is in no binary log.</summary>
    public void Adopt()
    {
        Initialise();
        _ = Rows.Add(BroughtRow);
        Executed = Purged = GtidSet.Of($"{node.Number:x8}-ad00-0000-0000-000000000001", 1);
        BroughtRow = 0;
    }

    private void Wipe()
    {
        Uuid = NewUuid();
        Binlog = [];
        Rows = [];
        _known.Clear();
        PurgeRelay();
        (Executed, Purged, Received) = (GtidSet.Empty, GtidSet.Empty, GtidSet.Empty);
        _ownNumber = 0;
        LetIn = [];
        _stray = 0;
        EverFollowed = false;
        Source = null;
    }

    private string NewUuid() => $"{node.Number:x8}-0000-0000-0000-{++_uuidNumber:x12}";

    public void Start()
    {
        (Running, ReadOnly, Offline, SemiSyncSource, EffectsLock, RunsEvents) = (true, true, true, false, 0, false);
        BeginLog();
        _life++;
        _applying = _applies = false; // skip_replica_start

        // Recovery commits what is in the binary log, acknowledged or not.
        foreach (var transaction in Binlog)
        {
            Commit1(transaction);
        }
    }

    /// <summary>kill -9, or the host died. Clients waiting learn nothing.</summary>
    public void Die()
    {
        if (!Running)
        {
            return;
        }

        Running = false;
        _life++;
        foreach (var commit in _waiting.Where(c => !c.Gone))
        {
            commit.Told(false);
        }

        _waiting.Clear();
        Receiver?.Stop();
        Receiver = null;
        foreach (var dump in Dumps.ToList())
        {
            dump.Drop();
        }

        ReadOnly = true;
    }

    /// <summary>SHUTDOWN or SIGTERM: each waiting client is told OK.</summary>
    public void Shutdown()
    {
        foreach (var commit in _waiting.Where(c => !c.Gone))
        {
            commit.Told(true);
        }

        _waiting.Clear();
        Die();
        _endedInOrder = true;
    }

    /// <summary>A new agent kills the connection that holds the lock and takes it; an old one's statements find it gone.</summary>
    public void TakeLock(long life) => EffectsLock = Math.Max(EffectsLock, life);

    /// <summary>What the server holds of an identifier, in its binary log or in its relay log; null: nothing that it still knows.</summary>
    public long? ContentOf(Transaction transaction) =>
        _known.TryGetValue((transaction.Source, transaction.Number), out var logged) ? logged
        : _relayed.TryGetValue((transaction.Source, transaction.Number), out var relayed) ? relayed
        : null;

    /// <summary>The host lost its power: what the relay log had in the page cache only may be gone.</summary>
    public void LosePower(Random random)
    {
        Die();
        var keep = RelaySynced + random.Next(Relay.Count - RelaySynced + 1);
        if (keep < Relay.Count)
        {
            Relay.Skip(keep).ToList().ForEach(t => _relayed.Remove((t.Source, t.Number)));
            Relay.RemoveRange(keep, Relay.Count - keep);
            _applied = 0;
            Received = Relay.Aggregate(GtidSet.Empty, (set, t) => set.Union(t.Gtid));
        }
    }

    public MysqldStatus Status() => new()
    {
        ServerUuid = Uuid,
        Writable = !ReadOnly,
        OfflineMode = Offline,
        Executed = Executed,
        Received = Received,
        Purged = Purged,
        ReceiverRunning = Receiver is { Attached: true },
        ReceiverConnecting = Receiver is { Attached: false, Error: 0 },
        SourceHost = Source?.Address.Host ?? "",
        ReceiverErrorNumber = Receiver?.Error ?? 0,
        ApplierRunning = _applies,
        LagSeconds = Executed.Contains(Received) ? 0 : 1,
        WaitingSessions = _waiting.Count,
        AttachedAckers = Dumps.Count(d => d.SemiSync),
        SemiSyncSource = SemiSyncSource,
        Markers = _stray.ToString(System.Globalization.CultureInfo.InvariantCulture),
    };

    /// <summary>A client's or the agent's commit. Told once: true is OK; false is an error or a lost connection, which proves nothing.</summary>
    public void Write(long content, bool agent, Action<bool> told)
    {
        if (!Running || ReadOnly || (Offline && !agent))
        {
            told(false);
            return;
        }

        var transaction = new Transaction(Uuid, ++_ownNumber, content, node.Number + 1);
        Log(transaction);
        if (SemiSyncSource)
        {
            _waiting.Add(new Commit(transaction, [], told, Binlog.Count));
        }
        else
        {
            Commit1(transaction);
            told(true);
        }

        foreach (var dump in Dumps.ToList())
        {
            dump.Pump();
        }
    }

    /// <summary>An acknowledgement, by position: it completes everything before it. One that comes late still counts.</summary>
    public void Acknowledge(long life, NodeId from, int position)
    {
        if (!Running || life != _life)
        {
            return;
        }

        foreach (var commit in _waiting.Where(c => c.Position <= position).ToList())
        {
            _ = commit.Acks.Add(from);
            if (commit.Acks.Count >= AcksNeeded)
            {
                _ = _waiting.Remove(commit);
                Commit1(commit.Transaction);
                if (!commit.Gone)
                {
                    commit.Told(true);
                }
            }
        }
    }

    public long Life => _life;

    public void BecomeSource(int acksNeeded) => (SemiSyncSource, AcksNeeded) = (acksNeeded > 0, acksNeeded);

    /// <summary>SET GLOBAL super_read_only = IF(IS_USED_LOCK(…) = CONNECTION_ID(), 0, 1), by an agent of that life.</summary>
    public bool OpenForWrites(long life)
    {
        ReadOnly = EffectsLock != life && !world.Mutation.Effects.OpensWithoutLock;
        if (!ReadOnly && !Offline)
        {
            world.Checkers.Readable(node, Rows);
        }

        return !ReadOnly;
    }

    /// <summary>Events are tried on, and refused.</summary>
    public void CloseForWrites() => ReadOnly = true;

    /// <summary>False where it is read-only: enabling an event is a commit.</summary>
    public bool RunEvents() => RunsEvents = !ReadOnly;

    public void SetOffline(bool offline)
    {
        Offline = offline;
        if (offline)
        {
            foreach (var commit in _waiting.Where(c => !c.Gone))
            {
                commit.Gone = true;
                commit.Told(false);
            }
        }
        else if (!ReadOnly)
        {
            world.Checkers.Readable(node, Rows);
        }
    }

    /// <summary>CLONE: the donor's data in place of this, under a new server_uuid, with no binary logs.</summary>
    public void CloneFrom(SimMysqld donor)
    {
        var uuid = Uuid;
        Clones++;
        HalfMade = false;
        Wipe();
        Uuid = world.Mutation.Effects.KeepsServerUuid && uuid.Length > 0 ? uuid : Uuid;
        Executed = donor.Executed;
        Purged = donor.Executed;
        Rows = [.. donor.Rows];
        LetIn = [.. donor.LetIn, donor.Node.Id];
        foreach (var transaction in donor.Binlog.Where(donor.IsCommitted))
        {
            Log(transaction);
            _ownNumber = transaction.Source == Uuid ? Math.Max(_ownNumber, transaction.Number) : _ownNumber;
        }
    }

    private void Log(Transaction transaction)
    {
        if (_known.TryAdd((transaction.Source, transaction.Number), transaction.Content))
        {
            Binlog.Add(transaction);
        }
    }

    private void Commit1(Transaction transaction)
    {
        Executed = Executed.Union(transaction.Gtid);
        if (Rows.Add(transaction.Content) && !ReadOnly && !Offline)
        {
            world.Checkers.Readable(node, [transaction.Content]);
        }

        if (transaction.Source == Uuid)
        {
            _ownNumber = Math.Max(_ownNumber, transaction.Number);
        }
    }
}
