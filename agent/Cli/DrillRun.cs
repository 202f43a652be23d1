using System.Diagnostics;
using MySqlHa.Cluster;
using MySqlHa.Replication;

namespace MySqlHa.Cli;

/// <summary>One drill: clients write, the leader is lost on purpose, and it is watched until all is well again.</summary>
internal sealed class DrillRun(ClusterClient cluster, ClusterView before, MemberView leader, DrillClients clients)
{
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ServicePatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan BackPatience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The report, or the answer of a cluster that did not do it.</summary>
    public async Task<(DrillReport? Report, OperatorAnswer Answer)> RunAsync(
        string kind, OperatorRequest blow, CancellationToken cancellation)
    {
        var started = Stopwatch.GetTimestamp();
        clients.Start(EndOf(leader));
        await UntilAsync(
            () => clients.AcknowledgedSince(started) >= 50 && Stopwatch.GetElapsedTime(started) >= Calm,
            ServicePatience,
            "the clients cannot write, though nothing was done yet",
            cancellation);

        var began = Stopwatch.GetTimestamp();
        var answer = await cluster.AskAsync(blow, cancellation);
        if (answer.Outcome != OperatorOutcome.Done)
        {
            return (null, answer);
        }

        var led = Stopwatch.GetTimestamp();
        await UntilAsync(
            () => clients.AcknowledgedSince(led) >= 50,
            ServicePatience,
            $"{answer.Reason.Text}, but the clients cannot write there; look at the census",
            cancellation);
        var (view, back) = await OldLeaderBackAsync(began, cancellation);
        await clients.StopAsync();
        var next = ViewText.Leader(view) ?? throw new ClientException(ExitCodes.NoLeader, $"after the drill: {ViewText.Headline(view)}");
        var (lost, twice) = await ReadBackAsync(next);
        var epoch = view.History.FirstOrDefault(e => e.Number > before.Epoch);
        return (new DrillReport(
            kind,
            Name(leader),
            Name(next),
            view.Epoch,
            DrillClients.Count,
            Math.Round(clients.LongestGap(began).TotalMilliseconds, 1),
            Math.Round(clients.LongestWait(began).TotalMilliseconds, 1),
            back is { } time ? Math.Round(time.TotalMilliseconds, 1) : null,
            clients.Acknowledged,
            lost,
            twice,
            epoch?.Phases), answer);
    }

    public static (string Host, int Port) EndOf(MemberView member) => (member.Address.Host, member.Address.MysqlPort);

    public static string Name(MemberView member) => $"{member.Name} ({member.Address.Host})";

    /// <summary>How long it took; null: it did not come about. With it, what the cluster looks like then.</summary>
    private async Task<(ClusterView View, TimeSpan? Back)> OldLeaderBackAsync(long began, CancellationToken cancellation)
    {
        while (true)
        {
            var view = await cluster.ViewAsync(cancellation);
            var took = Stopwatch.GetElapsedTime(began);
            var back = view.Epoch > before.Epoch && view.Member(leader.Id) is { Role: MemberRole.Follower, Health: MemberHealth.Ok } old
                && old.Epoch == view.Epoch;
            // The phases are noted a little after clients were let in.
            if (back && (view.History.Any(e => e.Number > before.Epoch && e.Phases is not null) || took > ServicePatience))
            {
                return (view, took);
            }

            if (took > BackPatience)
            {
                return (view, null);
            }

            await Task.Delay(Pause, cancellation);
        }
    }

    private async Task<(int? Lost, int? Twice)> ReadBackAsync(MemberView next)
    {
        try
        {
            return await clients.ReadBackAsync(EndOf(next));
        }
        catch (DrillClientsException)
        {
            return (null, null);
        }
    }

    private static async Task UntilAsync(Func<bool> condition, TimeSpan patience, string otherwise, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(since) > patience)
            {
                throw new ClientException(ExitCodes.Error, otherwise);
            }

            await Task.Delay(Pause, cancellation);
        }
    }
}
