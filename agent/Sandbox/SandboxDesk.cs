using System.Diagnostics;
using MySqlHa.Cluster;

namespace MySqlHa.Sandbox;

/// <summary>Looking at a sandbox and asking things of it: status, client, logs, operators' requests.</summary>
internal sealed class SandboxDesk(SandboxPlace place, CensusClient census, TextWriter output)
{
    public async Task<SandboxExit> StatusAsync(bool json, CancellationToken cancellation)
    {
        var processes = NodeProcesses.Of(place.Nodes);
        var view = await ViewAsync(processes, cancellation);
        await output.WriteAsync(
            json
                ? StatusDocument.Of(place.Nodes, processes, view, ClientAccount.Of(place.Nodes)).ToJson() + "\n"
                : StatusTable.Of(place.Nodes, processes, view));
        return view is { LeaderWritable: true } && StatusDocument.LeaderOf(view) is not null ? SandboxExit.Fine : SandboxExit.NoLeader;
    }

    /// <summary>"leader", "follower" (a healthy one) or a number. Throws where there is no such node.</summary>
    public async Task<SandboxNode> FindAsync(string target, CancellationToken cancellation)
    {
        if (target is not ("leader" or "follower"))
        {
            return place.Node(target);
        }

        var view = await ViewAsync(NodeProcesses.Of(place.Nodes), cancellation);
        var member = target == "leader"
            ? StatusDocument.LeaderOf(view)
            : view?.Members.Where(m => m.Role == MemberRole.Follower)
                .OrderByDescending(m => m.Health == MemberHealth.Ok).ThenBy(m => m.Number).FirstOrDefault();
        return place.Nodes.FirstOrDefault(n => n.Ip == member?.Address.Host)
            ?? throw new SandboxException(SandboxExit.NoLeader, $"there is no {target}: {StatusTable.Headline(view, null)}");
    }

    /// <summary>The mysql client as the application account; returns the client's exit code.</summary>
    public async Task<int> MysqlAsync(SandboxNode node, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var account = File.Exists(node.ClientFile)
            ? node.ClientFile
            : throw new SandboxException(
                SandboxExit.Error, $"{node.Name} has no application account yet ({node.ClientFile}): look at status");
        var start = new ProcessStartInfo(Mysqld.Client(place.Settings!));
        foreach (var argument in new[] { $"--defaults-file={account}", "-h", node.Ip }.Concat(arguments))
        {
            start.ArgumentList.Add(argument);
        }

        // Ctrl-C belongs to the client, which is in the same foreground group: it cancels a statement, not us.
        using var client = Process.Start(start)!;
        await client.WaitForExitAsync(CancellationToken.None);
        cancellation.ThrowIfCancellationRequested();
        return client.ExitCode;
    }

    /// <summary>The agent's log, or mysqld's error log; follows it until interrupted.</summary>
    public async Task<SandboxExit> LogsAsync(SandboxNode node, bool mysqld, bool follow, CancellationToken cancellation)
    {
        var path = mysqld ? ErrorLog(node) : node.LogFile;
        if (path is null || !File.Exists(path))
        {
            throw new SandboxException(SandboxExit.Error, $"{node.Name} has no log of its {(mysqld ? "mysqld" : "agent")} yet");
        }

        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        using var reader = new StreamReader(file);
        do
        {
            await output.WriteAsync(await reader.ReadToEndAsync(cancellation));
            await output.FlushAsync(cancellation);
            if (follow)
            {
                await Task.Delay(200, cancellation);
            }
        }
        while (follow);
        return SandboxExit.Fine;
    }

    /// <summary>Null: the best follower.</summary>
    public Task<SandboxExit> SwitchoverAsync(SandboxNode? to, CancellationToken cancellation) =>
        RequestAsync(view => new SwitchoverRequest(view.Epoch, to is null ? null : MemberAt(view, to).Id), cancellation);

    public Task<SandboxExit> ReinitAsync(SandboxNode node, CancellationToken cancellation) =>
        RequestAsync(view => new ReinitRequest(view.Epoch, MemberAt(view, node).Id), cancellation);

    public Task<SandboxExit> VotersAsync(int count, CancellationToken cancellation) =>
        RequestAsync(_ => new VotersRequest(0, count), cancellation);

    // What a cluster says that is just changing: of its members, its leader or its controller.
    private static readonly string[] Passing = ["change-under-way", "not-established", "not-controller", "no-controller"];
    private static readonly TimeSpan PassingPatience = TimeSpan.FromSeconds(60);

    /// <summary>Takes a node out of the cluster, if it is a member, and waits until it is out; waits for other changes too.</summary>
    public async Task RemoveAsync(SandboxNode node, CancellationToken cancellation)
    {
        var view = await ViewAsync(NodeProcesses.Of(place.Nodes), cancellation);
        foreach (var member in (view?.Members ?? []).Where(m => m.Address.Host == node.Ip
            && m.Standing is MemberStanding.Voter or MemberStanding.Learner or MemberStanding.Leaving))
        {
            _ = await RequestAsync(_ => new RemoveRequest(0, member.Id), cancellation, not: node, patience: PassingPatience);
        }
    }

    private async Task<SandboxExit> RequestAsync(
        Func<ClusterView, OperatorRequest> request, CancellationToken cancellation, SandboxNode? not = null, TimeSpan patience = default)
    {
        var began = Stopwatch.GetTimestamp();
        var answer = await AskAsync(request, not, cancellation);
        while (answer is { Outcome: OperatorOutcome.Refused } && Passing.Contains(answer.Reason.Code)
            && Stopwatch.GetElapsedTime(began) < patience)
        {
            await Task.Delay(200, cancellation);
            answer = await AskAsync(request, not, cancellation);
        }

        if (answer.Outcome == OperatorOutcome.Done)
        {
            await output.WriteLineAsync(answer.Reason.Text);
            return SandboxExit.Fine;
        }

        throw new SandboxException(
            answer.Outcome == OperatorOutcome.Refused ? SandboxExit.Refused : SandboxExit.Error,
            $"{answer.Reason.Text} [{answer.Reason.Code}]");
    }

    private async Task<OperatorAnswer> AskAsync(
        Func<ClusterView, OperatorRequest> request, SandboxNode? not, CancellationToken cancellation)
    {
        var answers = await census.AskAsync(Awake(NodeProcesses.Of([.. place.Nodes.Where(n => n != not)])), cancellation);
        var view = CensusClient.Best(answers) ?? throw new SandboxException(SandboxExit.NoLeader, "no node answers");
        var via = answers.First(a => a.View == view).Node;
        return await census.PostAsync(via, request(view), cancellation);
    }

    private async Task<ClusterView?> ViewAsync(IReadOnlyDictionary<SandboxNode, NodeProcesses> processes, CancellationToken cancellation) =>
        CensusClient.Best(await census.AskAsync(Awake(processes), cancellation));

    // Asking a frozen agent would only cost the time to wait for it.
    private static IEnumerable<SandboxNode> Awake(IReadOnlyDictionary<SandboxNode, NodeProcesses> processes) =>
        processes.Where(p => p.Value.Agents.Any(a => !a.Stopped)).Select(p => p.Key);

    private static MemberView MemberAt(ClusterView view, SandboxNode node) =>
        StatusDocument.MemberAt(view, node)
        ?? throw new SandboxException(SandboxExit.Refused, $"the cluster has not heard of {node.Name} ({node.Ip}) yet");

    private static string? ErrorLog(SandboxNode node) =>
        Directory.EnumerateFiles(
                node.DataDirectory,
                "*mysqld*.log",
                new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 2, IgnoreInaccessible = true })
            .OrderByDescending(File.GetLastWriteTimeUtc).FirstOrDefault();
}
