using MySqlHa.Cluster;

namespace MySqlHa.Tests.Simulation;

/// <summary>A client that writes one row after another and tries the nodes in turn.</summary>
internal sealed class SimWriter(World world, int number)
{
    private int _target = number % world.Weights.Nodes;
    private long _attempt;

    public bool Stopped { get; set; }

    public long Acknowledged { get; private set; }

    public void Start() => world.After(world.Random.Next(1000, 50_000), Write);

    private void Write()
    {
        if (Stopped)
        {
            return;
        }

        var attempt = ++_attempt;
        var content = world.NextContent();
        var node = world.Nodes[_target];
        world.After(world.Random.Next(50, 500), () => node.WhenAwake(SimProcess.Mysqld, () => Send(node, content, attempt)));

        // A client gives up waiting and goes on elsewhere.
        world.After(1_500_000, () => Next(attempt, moveOn: true));
    }

    private void Send(SimNode node, long content, long attempt)
    {
        var epoch = world.Checkers.EpochOf(node);
        node.Mysqld.Write(content, agent: false, ok => Told(node, content, epoch, attempt, ok));
    }

    private void Told(SimNode node, long content, long epoch, long attempt, bool ok)
    {
        if (ok)
        {
            Acknowledged++;
            world.Checkers.Acknowledged(node, content, epoch);
        }

        Next(attempt, moveOn: !ok);
    }

    private void Next(long attempt, bool moveOn)
    {
        if (attempt != _attempt)
        {
            return;
        }

        _attempt++;
        if (moveOn)
        {
            _target = (_target + 1) % world.Weights.Nodes;
        }

        world.After(world.Random.Next(world.Weights.WriteEvery * 1000, world.Weights.WriteEvery * 4000), Write);
    }
}
