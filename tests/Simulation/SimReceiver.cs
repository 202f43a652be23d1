using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>A receiver and its replication connection: it reconnects by itself until it is stopped.</summary>
internal sealed class SimReceiver(World world, SimNode source, SimNode follower, bool semiSync)
{
    private long _connection;
    private long _sourceLife;
    private int _next;
    private Instant _lastArrival = Instant.Zero;
    private bool _stopped;
    private GtidSet _startedWith = GtidSet.Empty;

    public SimNode Source => source;
    public SimNode Follower => follower;
    public bool SemiSync => semiSync;
    public bool Attached { get; private set; }
    public int Error { get; private set; }

    public void Connect() => world.After(world.DataDelay(), () =>
    {
        if (_stopped || Attached)
        {
            return;
        }

        if (!source.Mysqld.Running || !source.Mysqld.LetIn.Contains(follower.Id) || !world.Network.DataFlows(source, follower) || source.Frozen(SimProcess.Mysqld) || follower.Frozen(SimProcess.Mysqld))
        {
            Retry();
            return;
        }

        _startedWith = follower.Mysqld.Executed.Union(follower.Mysqld.Received);
        if (!_startedWith.Contains(source.Mysqld.Purged))
        {
            Error = 1236;
            return;
        }

        Attached = true;
        follower.Mysqld.EverFollowed = true;
        _connection++;
        _next = 0;
        _sourceLife = source.Mysqld.Life;
        source.Mysqld.Dumps.Add(this);
        Pump();
        Watch(_connection);
    });

    /// <summary>Sends what the follower did not have when it connected.</summary>
    public void Pump()
    {
        while (Attached && _next < source.Mysqld.Binlog.Count)
        {
            var transaction = source.Mysqld.Binlog[_next++];
            if (!_startedWith.Contains(transaction.Source, transaction.Number))
            {
                Deliver(transaction, _next, _connection);
            }
            else
            {
                world.Checkers.SameContent(follower, transaction, source);
            }
        }
    }

    private void Deliver(Transaction transaction, int position, long connection)
    {
        var life = _sourceLife;
        _lastArrival = Instant.Later(_lastArrival, world.Now + TimeSpan.FromMicroseconds(world.DataDelay()) + follower.Mysqld.ReceiveDelay);
        world.At(_lastArrival, () =>
        {
            if (_stopped || connection != _connection || !Attached)
            {
                return;
            }

            if (!world.Network.DataFlows(source, follower) || follower.Frozen(SimProcess.Mysqld))
            {
                Drop();
            }
            else if (follower.Mysqld.Receive(transaction) && semiSync)
            {
                Acknowledge(life, position);
            }
        });
    }

    /// <summary>An acknowledgement may be lost with the connection, or arrive long after the receiver was stopped; it still counts then.</summary>
    private void Acknowledge(long life, int position)
    {
        var delay = world.DataDelay() * (world.Random.NextDouble() < world.Weights.AckLate ? 50 : 1);
        var lost = world.Random.NextDouble() < world.Weights.AckLoss || follower.Mysqld.AcksLost;
        world.After(delay + (int)follower.Mysqld.AckDelay.TotalMicroseconds, () =>
        {
            if (world.Network.DataFlows(follower, source) && !lost)
            {
                source.WhenAwake(SimProcess.Mysqld, () => source.Mysqld.Acknowledge(life, follower.Id, position));
            }
        });
    }

    /// <summary>A cut is noticed by the heartbeat that does not come.</summary>
    private void Watch(long connection) => world.After(500_000, () =>
    {
        if (_stopped || !Attached || connection != _connection)
        {
            return;
        }

        if (!world.Network.DataFlows(source, follower))
        {
            Drop();
        }
        else
        {
            Watch(connection);
        }
    });

    /// <summary>The connection is gone; the receiver tries again.</summary>
    public void Drop()
    {
        Attached = false;
        _ = source.Mysqld.Dumps.Remove(this);
        Retry();
    }

    /// <summary>STOP REPLICA IO_THREAD, or the follower's mysqld died.</summary>
    public void Stop()
    {
        _stopped = true;
        Attached = false;
        _ = source.Mysqld.Dumps.Remove(this);
    }

    private void Retry() => world.After(300_000, () =>
    {
        if (!_stopped)
        {
            Connect();
        }
    });
}
