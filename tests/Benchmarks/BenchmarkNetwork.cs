using System.Diagnostics;
using System.Globalization;
using MySqlHa.Machines.Hosts;
using MySqlHa.Sandbox;
using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// Three hosts, each a network namespace with one address, on one bridge; the client is outside, on the bridge. Whatever is measured
/// runs in them, so that a host is lost and cut off the same way for all. Addresses are of the range that is set aside for benchmarks.
/// </summary>
internal sealed class BenchmarkNetwork : IAsyncDisposable
{
    /// <summary>Of the bridge; each host's namespace and link have it with the host's number.</summary>
    private const string Name = "habench";
    private const string Prefix = "198.18.101";

    public const string Subnet = $"{Prefix}.0/24";

    public static IReadOnlyList<int> Numbers { get; } = [1, 2, 3];

    public static string Address(int node) => $"{Prefix}.{Digits(node)}";

    /// <summary>The namespace of a host, as ip knows it.</summary>
    public static string Host(int node) => Name + Digits(node);

    /// <summary>Makes it anew; what a run before left is ended.</summary>
    public static async Task<BenchmarkNetwork> UpAsync()
    {
        var network = new BenchmarkNetwork();
        await network.DisposeAsync();
        await IpAsync("link", "add", Name, "type", "bridge");
        await IpAsync("address", "add", $"{Prefix}.254/24", "dev", Name);
        await IpAsync("link", "set", Name, "up");
        foreach (var node in Numbers)
        {
            await IpAsync("netns", "add", Host(node));
            await IpAsync("link", "add", Host(node), "type", "veth", "peer", "name", "eth0", "netns", Host(node));
            await IpAsync("-n", Host(node), "link", "set", "lo", "up");
            await IpAsync("-n", Host(node), "address", "add", $"{Address(node)}/24", "dev", "eth0");
            await IpAsync("-n", Host(node), "link", "set", "eth0", "up");
            await IpAsync("link", "set", Host(node), "master", Name, "up");
        }

        return network;
    }

    /// <summary>Pulls the host's cable: nothing arrives any more, and nobody is told.</summary>
    public Task CutAsync(int node) => IpAsync("link", "set", Host(node), "down");

    public Task HealAsync(int node) => IpAsync("link", "set", Host(node), "up");

    /// <summary>Something of one more host of clients; that host is gone without a word when this returns.</summary>
    /// <param name="open">Is given its address.</param>
    public static async Task<T> GoneAsync<T>(Func<string, Task<T>> open)
    {
        const string Address = $"{Prefix}.253";
        await IpAsync("address", "add", $"{Address}/24", "dev", Name);
        try
        {
            return await open(Address);
        }
        finally
        {
            await IpAsync("address", "delete", $"{Address}/24", "dev", Name);
        }
    }

    /// <summary>Starts a program on a host: a session of its own, nothing on stdin, what it prints appended to a file.</summary>
    public void Start(int node, string log, params string[] program)
    {
        const string Detached = "log=$1; shift; exec setsid \"$@\" </dev/null >>\"$log\" 2>&1";
        using var process = Process.Start("ip", ["netns", "exec", Host(node), "/bin/sh", "-c", Detached, "sh", log, .. program]);
    }

    /// <summary>Runs a program on a host to its end; throws with its last words where it fails.</summary>
    public Task RunAsync(int node, params string[] program) => IpAsync(["netns", "exec", Host(node), .. program]);

    public async Task<IReadOnlyList<LiveProcess>> ProcessesAsync(int node) =>
        [.. (await Shell.MustAsync("ip", "netns", "pids", Host(node))).Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(pid => LiveProcess.Read(int.Parse(pid, CultureInfo.InvariantCulture))).OfType<LiveProcess>()];

    /// <summary>SIGKILL to all of a host's processes that fit; returns when they are gone.</summary>
    public async Task KillAsync(int node, Func<LiveProcess, bool> which)
    {
        var since = Stopwatch.GetTimestamp();
        for (var killed = (await ProcessesAsync(node)).Where(which).ToList(); killed.Count > 0; killed = [.. killed.Where(p => p.Alive)])
        {
            killed.ForEach(p => Signal.Send(p, Signal.Kill));
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < 10, $"{killed[0].Name} of {Host(node)} does not end");
            await Task.Delay(5);
        }
    }

    /// <summary>Ends all that runs on a node, and what that starts meanwhile: an agent whose mysqld ends starts another.</summary>
    public async Task EmptyAsync(int node)
    {
        while ((await ProcessesAsync(node)).Any(p => p.Alive))
        {
            await KillAsync(node, _ => true);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Numbers.Where(n => File.Exists($"/run/netns/{Host(n)}")))
        {
            await EmptyAsync(node);
            await IpAsync("netns", "delete", Host(node));
        }

        foreach (var link in Numbers.Select(Host).Append(Name).Where(l => Directory.Exists($"/sys/class/net/{l}")))
        {
            // With its namespace a link goes by itself, a little later.
            _ = await Shell.RunAsync("ip", ["link", "delete", link]);
        }
    }

    private static async Task IpAsync(params string[] words) => _ = await Shell.MustAsync("ip", words);

    private static string Digits(int node) => node.ToString(CultureInfo.InvariantCulture);
}
