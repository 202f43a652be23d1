using MySqlHa.Consensus;

namespace MySqlHa.Tests.Consensus.Simulation;

/// <summary>One seed from start to end.</summary>
internal static class SeededRun
{
    /// <summary>What the run did, so that a test can show that runs are not empty. Null violation: all held.</summary>
    public static RunOutcome Play(int seed, RaftFaults faults)
    {
        var world = new World(seed, faults);
        string? violation = null;
        try
        {
            world.RunChaos();
            new CalmPhase(world).Run();
        }
        catch (Exception bad) when (bad is Violation or InvalidOperationException)
        {
            violation = bad.Message;
        }

        return new RunOutcome(
            violation,
            world.Referee.Terms,
            world.Referee.Newest,
            world.Nodes.Values.Sum(n => n.Restores),
            world.Nodes.Values.Sum(n => n.Answered.Count));
    }
}

internal sealed record RunOutcome(string? Violation, int Terms, long Applied, int Restores, int Reads);
