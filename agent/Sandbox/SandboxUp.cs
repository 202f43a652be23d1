using System.Diagnostics;
using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary>What up was told on the command line; null: as the sandbox was made, else 3 nodes with timing lan.</summary>
internal sealed record UpOptions(int? Nodes, string? Timing, string? Mysqld, string? Group = null, string? RingOf = null);

/// <summary>
/// From nothing, or from whatever is left, to a cluster with a writable leader and healthy followers. Nodes that run are left
/// alone; dead ones are started, frozen ones thawed. With another number of nodes than before, it grows or shrinks while it serves.
/// </summary>
internal sealed class SandboxUp(SandboxPlace place, CensusClient census, TextWriter output)
{
    private static readonly TimeSpan DeadlineToStart = TimeSpan.FromSeconds(60);

    /// <summary>For each node that joins: its data directory, a clone, a vote, an epoch.</summary>
    private static readonly TimeSpan DeadlineToJoin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly Stopwatch _clock = Stopwatch.StartNew();
    private readonly Dictionary<SandboxNode, string> _said = [];
    private TimeSpan _deadline = DeadlineToStart;
    private bool _askedForVoters;

    public async Task<SandboxExit> RunAsync(UpOptions options, CancellationToken cancellation)
    {
        if (place.Settings is { Nodes: > 1 } && options.Nodes == 1)
        {
            throw new SandboxException(
                SandboxExit.Refused,
                "--nodes 1: a cluster does not shrink to one node; down first, or another --base-ip for one of its own");
        }

        var wasAlone = place.Settings is { Nodes: 1 } && options.Nodes > 1 && NodeProcesses.Of(place.Nodes[0]).Agents.Count > 0;
        if (place.Settings is { } made && options.Nodes < made.Nodes)
        {
            await ShrinkAsync(options.Nodes.Value, cancellation);
        }

        if (place.Settings is null)
        {
            // What another one at these addresses left, whose end nobody waited for.
            await new NetworkPartition(place).HealIfAbleAsync(cancellation);
        }

        IReadOnlyList<SandboxNode> started;
        _deadline += DeadlineToJoin * Math.Max(0, (options.Nodes ?? 0) - (place.Settings?.Nodes ?? 7));
        using (await place.LockAsync(cancellation))
        {
            place.Prepare(Wanted(options));
            started = AgentStart.Missing(place.Nodes);
        }

        if (wasAlone)
        {
            _ = await new SandboxFaults(place, census, output).RestartAsync(place.Nodes[0], cancellation); // with topology leader
        }

        await output.WriteLineAsync(
            started.Count == 0
                ? $"all {place.Nodes.Count} nodes run already"
                : $"starting {string.Join(", ", started.Select(n => $"{n.Name} ({n.Ip})"))}, timing {place.Settings!.Timing}");
        var view = await WaitAsync(cancellation);
        await SummaryAsync(view);
        return SandboxExit.Fine;
    }

    private SandboxSettings Wanted(UpOptions options)
    {
        var made = place.Settings;
        var wanted = new SandboxSettings(
            options.Nodes ?? made?.Nodes ?? 3,
            options.Timing ?? made?.Timing ?? "lan",
            Mysqld.Choose(options.Mysqld, made),
            options.Group ?? made?.Group ?? "production",
            options.RingOf ?? made?.RingOf);
        if (made is not null && (wanted.Group, wanted.RingOf) != (made.Group, made.RingOf))
        {
            throw new SandboxException(
                SandboxExit.Refused,
                $"this sandbox is of group {made.Group}, in the ring of {made.RingOf ?? place.BaseIp}, and stays there: "
                + "down first, then up");
        }

        if (wanted is { Nodes: 1, RingOf: { } ring })
        {
            throw new SandboxException(
                SandboxExit.Usage, $"--ring-of {ring} with --nodes 1: one node alone is in no ring: 3, 5 or 7 nodes are allowed");
        }

        return made is null || wanted.Timing == made.Timing || NodeProcesses.Of(place.Nodes).Values.All(p => p.AgentPid == 0)
            ? wanted
            : throw new SandboxException(
                SandboxExit.Refused,
                $"nodes run with timing {made.Timing}, and all must have the same: "
                + $"down --keep-data first, then up --timing {wanted.Timing}");
    }

    private async Task<ClusterView> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var answers = await census.AskAsync(place.Nodes, cancellation);
            foreach (var answer in answers)
            {
                await TellAsync(answer);
            }

            var view = CensusClient.Best(answers);
            await AskForVotersAsync(view, cancellation);
            if (view is not null && Missing(view).Length == 0 && answers.All(a => a.View is { Election: ElectionStatus.Finished }))
            {
                return view;
            }

            var processes = NodeProcesses.Of(place.Nodes);
            if (place.Nodes.FirstOrDefault(n => processes[n].AgentPid == 0) is { } dead)
            {
                throw AgentStart.Ended(dead);
            }

            if (_clock.Elapsed > _deadline)
            {
                throw TooLate(view);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private SandboxException TooLate(ClusterView? view)
    {
        var leader = StatusDocument.LeaderOf(view);
        var words = string.Join("\n  ", _said.OrderBy(s => s.Key.Number).Select(s => $"{s.Key.Name}: {s.Value}"));
        return new SandboxException(
            leader is null || view is not { LeaderWritable: true } ? SandboxExit.NoLeader : SandboxExit.Error,
            $"not ready after {_deadline.TotalSeconds:0} s ({(view is null ? "no node answers" : Missing(view))}); the nodes run on. "
            + $"What they said last:\n  {words}");
    }

    /// <summary>What is still missing, as a sentence; empty: all is well.</summary>
    private string Missing(ClusterView view)
    {
        var leader = StatusDocument.LeaderOf(view);
        if (leader is null || !view.LeaderWritable)
        {
            return leader is null ? "there is no leader" : $"{leader.Name} leads and is not writable yet";
        }

        var fit = view.Members.Where(m => m is { Role: not MemberRole.None, Health: MemberHealth.Ok })
            .Select(m => m.Address.Host).ToHashSet();
        var unfit = place.Nodes.Where(n => !fit.Contains(n.Ip)).ToList();
        var voters = place.Settings!.Voters;
        return unfit.Count > 0 ? $"{string.Join(", ", unfit.Select(n => n.Name))} {(unfit.Count == 1 ? "is" : "are")} not healthy yet"
            : view.VotersExpected != voters || view.Ackers.Length != voters - 1 ? $"{view.VotersExpected} of {voters} vote"
            : File.Exists(LeaderNode(leader).ClientFile) ? ""
            : "the application account is not made yet";
    }

    /// <summary>All nodes of a sandbox vote: a number that another run of up wished for is put right.</summary>
    private async Task AskForVotersAsync(ClusterView? view, CancellationToken cancellation)
    {
        var voters = place.Settings!.Voters;
        if (_askedForVoters || view is not { LeaderWritable: true, VotersTarget: > 0 } || view.VotersTarget == voters)
        {
            return;
        }

        _askedForVoters = true;
        _ = await new SandboxDesk(place, census, output).VotersAsync(voters, cancellation);
    }

    /// <summary>
    /// The last nodes leave the cluster first, one after another, while it serves; then their processes end and their folders go.
    /// The number of voters is lowered last: lowered first, the cluster would choose by itself who votes no more.
    /// </summary>
    private async Task ShrinkAsync(int nodes, CancellationToken cancellation)
    {
        foreach (var node in place.Nodes.Skip(nodes).Reverse())
        {
            await output.WriteLineAsync($"{node.Name} ({node.Ip}) leaves");
            await new SandboxDesk(place, census, output).RemoveAsync(node, cancellation);
            await new SandboxFaults(place, census, output).EndAsync(node, cancellation);
            place.Prepare(place.Settings! with { Nodes = node.Number - 1 });
        }
    }

    private async Task TellAsync(NodeAnswer answer)
    {
        var words = answer.View is { } view ? Sentence(view) : answer.Silence;
        if (_said.TryGetValue(answer.Node, out var before) && before == words)
        {
            return;
        }

        _said[answer.Node] = words;
        var seconds = _clock.Elapsed.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture);
        await output.WriteLineAsync($"  {seconds,4} s  {answer.Node.Name}  {words}");
    }

    private static string Sentence(ClusterView view)
    {
        var self = view.Member(view.Self);
        var own = self is { Activity.Length: > 0 } ? $"; {self.Activity}" : self is { Role: MemberRole.Follower } ? "; follows" : "";
        return StatusDocument.LeaderOf(view) is { } leader
            ? $"{leader.Name} leads ({leader.Id}, {leader.Address}), epoch {view.Epoch}{own}"
            : (view.Reasons.Length > 0 ? view.Reasons[0].Text : "waiting for a leader") + own;
    }

    private SandboxNode LeaderNode(MemberView leader) => place.Nodes.First(n => n.Ip == leader.Address.Host);

    private async Task SummaryAsync(ClusterView view)
    {
        var leader = LeaderNode(StatusDocument.LeaderOf(view)!);
        var follower = place.Nodes.FirstOrDefault(n => n != leader) ?? leader;
        var client = Mysqld.Client(place.Settings!);
        await output.WriteLineAsync(
            $"""

            leaderIp:   {leader.Ip}
            censusUrl:  http://{leader.Ip}:{leader.Address.HttpPort}/census
            leader:     {client} --defaults-file={leader.ClientFile} -h {leader.Ip}
            """);
        await output.WriteLineAsync(follower == leader
            ? "alone:      no failover is possible; up --nodes 3 makes it a cluster"
            : $"follower:   {client} --defaults-file={follower.ClientFile} -h {follower.Ip}");
        if (view.Proxy is { } proxy)
        {
            await output.WriteLineAsync(
                $"""
                to write:   {client} --defaults-file={follower.ClientFile} -h {follower.Ip} -P {proxy.ReadWrite.Port}
                to read:    {client} --defaults-file={follower.ClientFile} -h {follower.Ip} -P {proxy.ReadOnly.Port}
                            (the same on every node: whoever leads, one that follows; one alone, itself)
                """);
        }
    }
}
