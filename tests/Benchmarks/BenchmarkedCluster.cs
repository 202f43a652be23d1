using System.Data.Common;
using System.Diagnostics;
using MySqlHa.Tests.Acceptance;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>Nodes of one kind, one on each host: what is measured. At most one of them runs at a time.</summary>
/// <param name="home">Its nodes' folders are below it; they are kept from one start to the next.</param>
internal abstract class BenchmarkedCluster(BenchmarkNetwork network, string home)
{
    protected BenchmarkNetwork Network { get; } = network;

    protected string Home { get; } = home;

    public virtual IReadOnlyList<int> Nodes => BenchmarkNetwork.Numbers;

    /// <summary>Starts all nodes; they become a cluster by themselves or with what an operator would do.</summary>
    public abstract Task StartAsync();

    /// <summary>Starts a node that was killed as a whole, and does what it takes to have it back in the cluster.</summary>
    public abstract void StartNode(int node);

    /// <summary>What an init system does when mysqld has ended: at once.</summary>
    protected abstract void RestartMysqld(int node);

    public abstract Task SwitchoverAsync(int from, int to);

    /// <summary>Of the writable node that all others follow; 0: not so.</summary>
    public abstract Task<int> WholeAsync();

    /// <summary>Whether a node is again a follower in good order.</summary>
    public abstract Task<bool> FollowsAsync(int node, int leader);

    /// <summary>A connection of an application, not yet open.</summary>
    protected abstract DbConnection Application(int node);

    public Task<DbConnection> ConnectAsync(int node, double within) => SandboxCluster.OpenAsync(Application(node), within);

    /// <summary>Through a node's proxy to the leader.</summary>
    public virtual Task<DbConnection> ConnectThroughAsync(int node, double within) =>
        throw new NotSupportedException("this cluster has no proxy of its own");

    /// <summary>Which node a connection came to.</summary>
    public Task<int> WhoseAsync(DbConnection connection) => SandboxCluster.WhoseAsync(connection, Nodes, BenchmarkNetwork.Address);

    public async Task KillMysqldAsync(int node)
    {
        await Network.KillAsync(node, p => p.Name == "mysqld");
        RestartMysqld(node);
    }

    public virtual Task KillNodeAsync(int node) => Network.KillAsync(node, _ => true);

    public Task CutAsync(int node) => Network.CutAsync(node);

    public Task HealAsync(int node) => Network.HealAsync(node);

    /// <summary>Ends it all at once, and heals what was cut.</summary>
    public virtual async Task EndAsync()
    {
        foreach (var node in Nodes)
        {
            await Network.EmptyAsync(node);
            await Network.HealAsync(node);
        }
    }

    /// <summary>Removes all it has on disk: the next start makes it anew.</summary>
    public void Forget()
    {
        if (Directory.Exists(Home))
        {
            Directory.Delete(Home, recursive: true);
        }
    }

    /// <summary>Waits until all is well; returns the leader's number.</summary>
    public async Task<int> ReadyAsync(double within)
    {
        var leader = 0;
        await UntilAsync("a leader that all others follow", within, async () => (leader = await WholeAsync()) > 0);
        return leader;
    }

    /// <summary>Waits for a condition; whatever cannot be asked yet is not so yet.</summary>
    public static async Task UntilAsync(string what, double within, Func<Task<bool>> condition)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await HoldsAsync(condition))
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < within, $"not within {within} s: {what}");
            await Task.Delay(20);
        }
    }

    protected string Folder(int node) => Path.Combine(Home, BenchmarkNetwork.Host(node));

    private static async Task<bool> HoldsAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e)
            when (e is DbException or HttpRequestException or TimeoutException or IOException or OperationCanceledException
                or InvalidOperationException or NullReferenceException)
        {
            return false;
        }
    }
}
