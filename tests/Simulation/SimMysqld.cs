using MySqlHa.Cluster;
using MySqlHa.Failover;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// mysqld as a model: a synced binary log, an engine that commits after the acknowledgements, a relay log in the page cache,
/// a receiver and semi-sync as MySQL 9.7 was seen to behave (acknowledgements by position, never repeated, counted when late).
/// </summary>
internal sealed class SimMysqld(World world, SimNode node)
{
    private readonly List<Commit> _waiting = [];
    private readonly HashSet<(string, long)> _known = [];
    private int _uuidNumber;
    private long _ownNumber;
    private bool _applying;
    private long _life;

    public SimNode Node => node;
    /// <summary>Since this data directory was made, it was attached to a leader, or cloned.</summary>
    public bool EverFollowed { get; set; }
    public bool HasData { get; private set; }
    public bool Running { get; private set; }
    public bool ReadOnly { get; private set; } = true;
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
        HasData = true;
        Wipe();
    }

    private void Wipe()
    {
        Uuid = NewUuid();
        Binlog = [];
        Rows = [];
        _known.Clear();
        Relay.Clear();
        RelaySynced = 0;
        (Executed, Purged, Received) = (GtidSet.Empty, GtidSet.Empty, GtidSet.Empty);
        _ownNumber = 0;
        LetIn = [];
        EverFollowed = false;
    }

    private string NewUuid() => $"{node.Number:x8}-0000-0000-0000-{++_uuidNumber:x12}";

    public void Start()
    {
        (Running, ReadOnly, Offline, SemiSyncSource) = (true, true, true, false);
        _life++;
        _applying = false;

        // Recovery commits what is in the binary log, acknowledged or not.
        foreach (var transaction in Binlog)
        {
            Commit1(transaction);
        }

        Apply();
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

    /// <summary>The host lost its power: what the relay log had in the page cache only may be gone.</summary>
    public void LosePower(Random random)
    {
        Die();
        var keep = RelaySynced + random.Next(Relay.Count - RelaySynced + 1);
        if (keep < Relay.Count)
        {
            Relay.RemoveRange(keep, Relay.Count - keep);
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
        SourceHost = Receiver?.Source.Address.Host ?? "",
        ReceiverErrorNumber = Receiver?.Error ?? 0,
        ApplierRunning = true,
        LagSeconds = Executed.Contains(Received) ? 0 : 1,
        WaitingSessions = _waiting.Count,
        AttachedAckers = Dumps.Count(d => d.SemiSync),
        SemiSyncSource = SemiSyncSource,
    };

    /// <summary>A client's or the agent's commit. Told once: true is OK; false is an error or a lost connection, which proves nothing.</summary>
    public void Write(long content, bool agent, Action<bool> told)
    {
        if (!Running || ReadOnly || (Offline && !agent))
        {
            told(false);
            return;
        }

        var transaction = new Transaction(Uuid, ++_ownNumber, content);
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

    public void BecomeSource(int acksNeeded)
    {
        Receiver?.Stop();
        Receiver = null;
        Relay.Clear();
        Received = GtidSet.Empty;
        RelaySynced = 0;
        (SemiSyncSource, AcksNeeded) = (true, acksNeeded);
    }

    public void OpenForWrites() => ReadOnly = false;

    public void CloseForWrites() => ReadOnly = true;

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
    }

    /// <summary>STOP REPLICA IO_THREAD: what was received until now is what a promise names.</summary>
    public GtidSet StopReceiver()
    {
        Receiver?.Stop();
        Receiver = null;
        return Executed.Union(Received);
    }

    public void Follow(SimNode source, bool semiSync)
    {
        Receiver?.Stop();
        SemiSyncSource = false;
        if (Executed.Contains(Received))
        {
            // A full change purges the relay log; with something unapplied in it, only the host is changed.
            Relay.Clear();
            Received = GtidSet.Empty;
            RelaySynced = 0;
        }

        Offline = false;
        Receiver = new SimReceiver(world, source, node, semiSync);
        Receiver.Connect();
    }

    /// <summary>The receiver wrote a transaction to the relay log; true: it was news.</summary>
    public bool Receive(Transaction transaction)
    {
        if (Executed.Contains(transaction.Gtid) || Received.Contains(transaction.Gtid))
        {
            world.Checkers.SameContent(node, transaction, Binlog.Concat(Relay));
            return false;
        }

        Relay.Add(transaction);
        Received = Received.Union(transaction.Gtid);
        RelaySynced = world.Random.Next(50) == 0 ? Relay.Count : RelaySynced;
        Apply();
        return true;
    }

    public void Apply()
    {
        if (_applying || !Running || ApplierStalled)
        {
            return;
        }

        var next = Relay.FirstOrDefault(t => !_known.Contains((t.Source, t.Number)));
        if (next is null)
        {
            return;
        }

        _applying = true;
        var life = _life;
        world.After(world.Random.Next(1, world.Weights.ApplyMicros), () =>
        {
            if (life != _life)
            {
                return;
            }

            _applying = false;
            if (Relay.Contains(next) && !ApplierStalled)
            {
                Log(next);
                Commit1(next);
                foreach (var dump in Dumps.ToList())
                {
                    dump.Pump();
                }
            }

            Apply();
        });
    }

    /// <summary>CLONE: the donor's data in place of this, under a new server_uuid, with no binary logs.</summary>
    public void CloneFrom(SimMysqld donor)
    {
        Wipe();
        Executed = donor.Executed;
        Purged = donor.Executed;
        Rows = [.. donor.Rows];
        LetIn = [.. donor.LetIn, donor.Node.Id];
        foreach (var transaction in donor.Binlog.Where(t => donor.Executed.Contains(t.Gtid)))
        {
            Binlog.Add(transaction);
            _ = _known.Add((transaction.Source, transaction.Number));
        }
    }

    private void Log(Transaction transaction)
    {
        if (_known.Add((transaction.Source, transaction.Number)))
        {
            Binlog.Add(transaction);
        }
    }

    private void Commit1(Transaction transaction)
    {
        Executed = Executed.Union(transaction.Gtid);
        _ = Rows.Add(transaction.Content);
        if (transaction.Source == Uuid)
        {
            _ownNumber = Math.Max(_ownNumber, transaction.Number);
        }
    }
}
