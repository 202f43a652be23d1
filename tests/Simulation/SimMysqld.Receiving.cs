using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>The receiving side: receiver, relay log and applier.</summary>
internal sealed partial class SimMysqld
{
    private bool _applies;
    private int _applied; // of the relay log, from its beginning, what the binary log holds too: no more than that

    /// <summary>Whom the channel names, with a receiver or without.</summary>
    public SimNode? Source { get; private set; }

    /// <summary>RESET REPLICA ALL. False where something received is not applied.</summary>
    public bool ForgetSource()
    {
        if (!Executed.Contains(Received))
        {
            return false;
        }

        _ = StopReceiver();
        PurgeRelay();
        Source = null;
        _applies = false;
        return true;
    }

    /// <summary>START REPLICA SQL_THREAD.</summary>
    public void StartApplier()
    {
        _applies = true;
        Apply();
    }

    /// <summary>STOP REPLICA IO_THREAD: what was received until now is what a promise names.</summary>
    public GtidSet StopReceiver()
    {
        Receiver?.Stop();
        Receiver = null;
        return Holds;
    }

    /// <summary>Null, or why it may not: turning semi-sync off would tell each waiting client OK.</summary>
    public string? Follow(SimNode source, bool semiSync)
    {
        if (!ReadOnly || _waiting.Count > 0)
        {
            return ReadOnly ? "sessions wait" : "writable";
        }

        if (SemiSyncSource)
        {
            SetOffline(true);
        }

        Receiver?.Stop();
        SemiSyncSource = RunsEvents = false;
        if (Executed.Contains(Received) || world.Mutation.Effects.PurgesUnapplied)
        {
            // A full change purges the relay log; with something unapplied in it, only the host is changed.
            PurgeRelay();
        }

        Offline = false;
        Source = source;
        Receiver = new SimReceiver(world, source, node, semiSync);
        Receiver.Connect();
        StartApplier();
        return null;
    }

    private void PurgeRelay()
    {
        Relay.Clear();
        _relayed.Clear();
        _applied = 0;
        Received = GtidSet.Empty;
        RelaySynced = 0;
    }

    /// <summary>The receiver wrote a transaction to the relay log; true: it was news.</summary>
    public bool Receive(Transaction transaction)
    {
        if (transaction.ServerId == node.Number + 1 && world.Mutation.Effects.SkipsOwnServerId)
        {
            return false;
        }

        if (Executed.Contains(transaction.Source, transaction.Number) || Received.Contains(transaction.Source, transaction.Number))
        {
            return false;
        }

        Relay.Add(transaction);
        _relayed[(transaction.Source, transaction.Number)] = transaction.Content;
        Received = Received.Union(transaction.Gtid);
        RelaySynced = world.Random.Next(50) == 0 ? Relay.Count : RelaySynced;
        Apply();
        return true;
    }

    public void Apply()
    {
        if (_applying || !_applies || !Running || ApplierStalled)
        {
            return;
        }

        while (_applied < Relay.Count && _known.ContainsKey((Relay[_applied].Source, Relay[_applied].Number)))
        {
            _applied++;
        }

        if (_applied == Relay.Count)
        {
            return;
        }

        var next = Relay[_applied];
        _applying = true;
        var life = _life;
        world.After(world.Random.Next(1, world.Weights.ApplyMicros), () =>
        {
            if (life != _life)
            {
                return;
            }

            _applying = false;
            if (_relayed.TryGetValue((next.Source, next.Number), out var content) && content == next.Content && !ApplierStalled)
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
}
