namespace MySqlHa.Sandbox;

/// <summary>What a kill hits, and whether it freezes (SIGSTOP) instead of killing (SIGKILL).</summary>
/// <param name="Guard">The guard alone. With agent and mysqld it is killed too, and never frozen: it is what ends a frozen leader.</param>
internal sealed record Blow(bool Agent, bool Mysqld, bool Freeze, bool Guard = false)
{
    public override string ToString() => (Freeze ? "frozen" : "killed")
        + (Agent && Mysqld ? "" : Agent ? " (agent only)" : Mysqld ? " (mysqld only)" : " (guard only)");
}

/// <summary>The faults a person may inject, and how to undo each.</summary>
internal sealed class SandboxFaults(SandboxPlace place, CensusClient census, TextWriter output)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(10);

    public async Task<SandboxExit> KillAsync(SandboxNode node, Blow blow)
    {
        var hit = new List<int>();
        // The agent first: it must not see its mysqld die, nor start another.
        // Whatever was being started meanwhile is found by a second look.
        for (var look = 0; look < 3; look++)
        {
            var processes = NodeProcesses.Of(node);
            var guards = blow.Guard ? look == 0 : blow is { Agent: true, Mysqld: true, Freeze: false };
            var targets = (blow.Agent ? processes.Agents : [])
                .Concat(guards ? processes.Guards : [])
                .Concat(blow.Mysqld && look < (blow.Agent ? 3 : 1) ? processes.Mysqlds : []);
            var signal = blow.Freeze ? Signal.Stop : Signal.Kill;
            hit.AddRange(targets.Where(p => !hit.Contains(p.Pid) && Signal.Send(p, signal)).Select(p => p.Pid));
        }

        if (hit.Count == 0)
        {
            throw new SandboxException(
                SandboxExit.Error, $"nothing of {node.Name} runs that could be {(blow.Freeze ? "frozen" : "killed")}");
        }

        await output.WriteLineAsync($"{node.Name} ({node.Ip}) {blow}: process {string.Join(", ", hit)}; "
            + (blow is { Agent: false, Freeze: false } or { Guard: true }
                ? "its agent sees to it"
                : $"start {node.Number} brings it back"));
        return SandboxExit.Fine;
    }

    public async Task<SandboxExit> StartAsync(SandboxNode node, CancellationToken cancellation)
    {
        IReadOnlyList<SandboxNode> started;
        var frozen = NodeProcesses.Of(node).All.Any(p => p.Stopped);
        using (await place.LockAsync(cancellation))
        {
            started = AgentStart.Missing([node]);
        }

        var what = started.Count > 0 ? "started" : frozen ? "thawed" : "runs already";
        await output.WriteLineAsync($"{node.Name} ({node.Ip}) {what}; {await FirstWordsAsync(node, cancellation)}");
        return SandboxExit.Fine;
    }

    /// <summary>The agent alone, as an upgrade would: mysqld must not notice.</summary>
    public async Task<SandboxExit> RestartAsync(SandboxNode node, CancellationToken cancellation)
    {
        var agents = NodeProcesses.Of(node).Agents;
        foreach (var agent in agents)
        {
            _ = Signal.Send(agent, Signal.Continue);
            _ = Signal.Send(agent, Signal.Terminate);
        }

        await GoneAsync(agents, Deadline, cancellation);
        foreach (var agent in agents.Where(a => a.Alive))
        {
            await output.WriteLineAsync($"the agent of {node.Name} did not end within {Deadline.TotalSeconds:0} s of SIGTERM: killed");
            _ = Signal.Send(agent, Signal.Kill);
        }

        await GoneAsync(agents, Deadline, cancellation);
        using (await place.LockAsync(cancellation))
        {
            _ = AgentStart.Missing([node]);
        }

        var what = agents.Count > 0 ? "restarted" : "was dead: started";
        await output.WriteLineAsync($"the agent of {node.Name} {what}; {await FirstWordsAsync(node, cancellation)}");
        return SandboxExit.Fine;
    }

    public async Task<SandboxExit> PartitionAsync(SandboxNode node, bool fromClients, CancellationToken cancellation)
    {
        await new NetworkPartition(place).CutAsync(node, fromClients, cancellation);
        var whom = fromClients ? "everybody" : "the other nodes; clients still reach it";
        await output.WriteLineAsync($"{node.Name} ({node.Ip}) is cut off from {whom}; heal undoes it");
        return SandboxExit.Fine;
    }

    public async Task<SandboxExit> HealAsync(CancellationToken cancellation)
    {
        await new NetworkPartition(place).HealAsync(cancellation);
        await output.WriteLineAsync("no cut is left");
        return SandboxExit.Fine;
    }

    /// <summary>
    /// A new machine in the place of this one: its processes and all its data go at once, as a lost disk would, and an agent begins
    /// with an empty directory.
    /// </summary>
    public async Task<SandboxExit> ReplaceAsync(SandboxNode node, CancellationToken cancellation)
    {
        using (await place.LockAsync(cancellation))
        {
            await KillAllAsync([node], cancellation);
            Directory.Delete(node.DataDirectory, recursive: true);
            _ = Directory.CreateDirectory(node.DataDirectory);
            _ = AgentStart.Missing([node]);
        }

        var words = await FirstWordsAsync(node, cancellation);
        await output.WriteLineAsync($"{node.Name} ({node.Ip}) is a new machine with an empty disk; {words}");
        return SandboxExit.Fine;
    }

    /// <summary>Ends a node that the cluster does not need any more, and removes its folder.</summary>
    public async Task EndAsync(SandboxNode node, CancellationToken cancellation)
    {
        using (await place.LockAsync(cancellation))
        {
            await KillAllAsync([node], cancellation);
            Directory.Delete(node.Directory, recursive: true);
        }
    }

    /// <summary>Stops all of the sandbox's processes and cuts, then removes its folder unless its data is wanted.</summary>
    public async Task<SandboxExit> DownAsync(bool keepData, CancellationToken cancellation)
    {
        using (await place.LockAsync(cancellation))
        {
            var agents = NodeProcesses.Of(place.Nodes).Values.SelectMany(p => p.Agents).ToList();
            foreach (var agent in agents)
            {
                _ = Signal.Send(agent, Signal.Continue);
                _ = Signal.Send(agent, Signal.Terminate);
            }

            await GoneAsync(agents, TimeSpan.FromSeconds(3), cancellation);
            await KillAllAsync(place.Nodes, cancellation);
            await new NetworkPartition(place).HealIfAbleAsync(cancellation);
            if (!keepData && Directory.Exists(place.Directory))
            {
                Directory.Delete(place.Directory, recursive: true);
            }
        }

        var data = keepData ? $"; its data stays in {place.Directory}" : " and its data is removed";
        await output.WriteLineAsync($"the sandbox at {place.BaseIp} is down{data}");
        return SandboxExit.Fine;
    }

    /// <summary>Throws where a process survives; its files are then left alone.</summary>
    private static async Task KillAllAsync(IReadOnlyCollection<SandboxNode> nodes, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + Deadline;
        while (true)
        {
            var left = NodeProcesses.Of(nodes).Values.SelectMany(p => p.All).ToList();
            if (left.Count == 0)
            {
                break;
            }

            if (DateTime.UtcNow > until)
            {
                throw new SandboxException(
                    SandboxExit.Error, $"process {string.Join(", ", left.Select(p => p.Pid))} does not die of SIGKILL");
            }

            left.ForEach(p => Signal.Send(p, Signal.Kill));
            await GoneAsync(left, TimeSpan.FromSeconds(1), cancellation);
        }

        // A process that ends loses its memory, by which it is known, before its sockets: for a moment they belong to nobody.
        while (DateTime.UtcNow < until && nodes.Any(n => TakenPort.Of(n, NodeProcesses.Of(n)).Any(t => t.Holder.Length == 0)))
        {
            await Task.Delay(20, cancellation);
        }
    }

    private async Task<string> FirstWordsAsync(SandboxNode node, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + Deadline;
        while (DateTime.UtcNow < until)
        {
            var own = await census.AskAsync(node, cancellation);
            if (own.View is not null)
            {
                // It knows little yet: where others know better, their word.
                var others = place.Nodes.Where(n => n != node && NodeProcesses.Of(n).Agents.Any(a => !a.Stopped));
                var view = CensusClient.Best([own, .. await census.AskAsync(others, cancellation)]);
                return StatusTable.Headline(view, StatusDocument.LeaderOf(view));
            }

            if (NodeProcesses.Of(node).AgentPid == 0)
            {
                throw AgentStart.Ended(node);
            }

            await Task.Delay(50, cancellation);
        }

        return "it does not answer yet";
    }

    private static async Task GoneAsync(IReadOnlyCollection<LiveProcess> processes, TimeSpan deadline, CancellationToken cancellation)
    {
        var until = DateTime.UtcNow + deadline;
        while (processes.Any(p => p.Alive) && DateTime.UtcNow < until)
        {
            await Task.Delay(20, cancellation);
        }
    }
}
