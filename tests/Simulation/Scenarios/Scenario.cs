namespace MySqlHa.Tests.Simulation.Scenarios;

/// <summary>A short course of events with a name: what happens, step by step, to a founded cluster whose first leader is n0.</summary>
internal sealed record Scenario(string Name, int Nodes, Action<Script> Steps)
{
    /// <summary>The largest share by which a node's clock runs too fast or too slow.</summary>
    public double Drift { get; init; }

    /// <summary>Plays it and demands that everything comes together in the end. The seed only moves times a little.</summary>
    public World Play(int seed, Mutation? mutation = null, bool verbose = false)
    {
        var script = new Script(Nodes, seed, mutation, verbose, Drift);
        try
        {
            script.Found();
            Steps(script);
            script.Settle();
        }
        catch (ScriptOver)
        {
            // A checker spoke; the rest of the course means nothing.
        }
        catch (ScriptStuck stuck)
        {
            throw new ScriptStuck($"{Name}, seed {seed}: {stuck.Message}\n{script.World.Transcript}");
        }

        return script.World;
    }

    public override string ToString() => Name;
}
