using System.Diagnostics;

namespace MySqlHa.Sandbox;

/// <summary>
/// Starts an agent that outlives the command: a session of its own, nothing on stdin, output appended to agent.log.
/// </summary>
internal static class AgentStart
{
    private static readonly TimeSpan Ending = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Starts those of the nodes that do not run and thaws those that are frozen; returns the started ones. Throws, and starts none,
    /// where somebody else holds a port.
    /// </summary>
    public static IReadOnlyList<SandboxNode> Missing(IReadOnlyCollection<SandboxNode> nodes)
    {
        // A process that ends loses its memory, by which it is known, before its sockets: a mysqld that its guard ends just now.
        var until = DateTime.UtcNow + Ending;
        var (processes, dead, taken) = Look(nodes);
        while (taken.Any(port => port.Holder.Length == 0) && DateTime.UtcNow < until)
        {
            Thread.Sleep(20);
            (processes, dead, taken) = Look(nodes);
        }

        if (taken.Count > 0)
        {
            throw new SandboxException(SandboxExit.Error, string.Join("\n         ", taken.DistinctBy(t => t.ToString())));
        }

        foreach (var frozen in processes.Values.SelectMany(p => p.All).Where(p => p.Stopped))
        {
            _ = Signal.Send(frozen, Signal.Continue);
        }

        foreach (var node in dead)
        {
            Detached(node);
        }

        return dead;
    }

    private static (IReadOnlyDictionary<SandboxNode, NodeProcesses> Processes, List<SandboxNode> Dead, List<TakenPort> Taken) Look(
        IReadOnlyCollection<SandboxNode> nodes)
    {
        var processes = NodeProcesses.Of(nodes);
        var dead = nodes.Where(node => processes[node].Agents.Count == 0).ToList();
        return (processes, dead, [.. dead.SelectMany(node => TakenPort.Of(node, processes[node]))]);
    }

    /// <summary>That an agent died when it should not have, with the end of what it wrote.</summary>
    public static SandboxException Ended(SandboxNode node)
    {
        var lastWords = File.Exists(node.LogFile) ? string.Join("\n  ", File.ReadLines(node.LogFile).TakeLast(5)) : "";
        return new SandboxException(
            SandboxExit.Error, $"the agent of {node.Name} has ended; its last words ({node.LogFile}):\n  {lastWords}");
    }

    private static void Detached(SandboxNode node)
    {
        // sh opens the files and setsid leaves the terminal's session; both exec, so the agent keeps the process id.
        var start = new ProcessStartInfo("/bin/sh") { WorkingDirectory = node.Directory };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec setsid \"$@\" </dev/null >>\"$log\" 2>&1");
        start.ArgumentList.Add("sh");
        start.ArgumentList.Add(node.LogFile);
        foreach (var word in OwnProgram().Concat(["agent", "--config", node.ConfigFile]))
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start) ?? throw new SandboxException(SandboxExit.Error, "/bin/sh cannot be started");
    }

    /// <summary>This very program: its own executable, or dotnet with its dll.</summary>
    private static IEnumerable<string> OwnProgram()
    {
        var program = Environment.ProcessPath ?? throw new SandboxException(SandboxExit.Error, "this program does not know where it is");
        return Path.GetFileNameWithoutExtension(program) == "dotnet" ? [program, Environment.GetCommandLineArgs()[0]] : [program];
    }
}
