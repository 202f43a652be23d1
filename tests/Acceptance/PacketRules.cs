using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>What a cut is of: all that nodes say to each other, the agents' ring, or the data from mysqld to mysqld.</summary>
internal enum Plane
{
    All,
    Ring,
    Data,
}

/// <summary>
/// Packets between nodes that are dropped on arrival, without a word to the sender. A table of the kernel's packet filter of our own,
/// beside the one of <c>./sandbox partition</c>; it is in the network namespace that the test runs in.
/// </summary>
internal sealed class PacketRules
{
    private readonly string _table = $"mysqlha_test_{SandboxCluster.BaseIp.Replace('.', '_')}";

    /// <summary>What these nodes send does not arrive at those. One way: the other direction is another cut.</summary>
    public Task CutAsync(int[] from, int[] to, Plane plane = Plane.All) =>
        AddAsync([.. Ports(plane).Select(p => $"{Between(from, to)} {p} drop")]);

    public async Task CutBothWaysAsync(int[] one, int[] other, Plane plane = Plane.All)
    {
        await CutAsync(one, other, plane);
        await CutAsync(other, one, plane);
    }

    /// <summary>From everything, clients and this test included.</summary>
    public Task IsolateAsync(int node) =>
        AddAsync($"ip saddr {Set([node])} ip daddr != {Set([node])} drop", $"ip daddr {Set([node])} ip saddr != {Set([node])} drop");

    /// <summary>So many of a hundred packets between nodes are lost, and as many of those between them and clients.</summary>
    public Task LoseAsync(int percent, bool clientsToo)
    {
        var nodes = Set(SandboxCluster.Numbers);
        var lost = $"numgen random mod 100 < {percent} drop";
        return AddAsync(
            clientsToo
                ? [$"ip daddr {nodes} {lost}", $"ip saddr {nodes} ip daddr != {nodes} {lost}"]
                : [$"ip saddr {nodes} ip daddr {nodes} {lost}"]);
    }

    /// <summary>Nothing is dropped any more.</summary>
    public Task ClearAsync() => NftAsync($"add table inet {_table}\ndelete table inet {_table}\n");

    private Task AddAsync(params string[] rules) =>
        NftAsync($$"""
            add table inet {{_table}}
            add chain inet {{_table}} arriving { type filter hook input priority -9; }
            {{string.Join('\n', rules.Select(r => $"add rule inet {_table} arriving {r}"))}}

            """);

    private static string Between(IEnumerable<int> from, IEnumerable<int> to) => $"ip saddr {Set(from)} ip daddr {Set(to)}";

    private static string Set(IEnumerable<int> nodes) => $"{{ {string.Join(", ", nodes.Select(SandboxCluster.AddressOf))} }}";

    private static string[] Ports(Plane plane) => plane switch
    {
        Plane.Ring => ["meta l4proto { tcp, udp } th dport 9638", "meta l4proto { tcp, udp } th sport 9638"],
        Plane.Data => ["tcp dport 3306", "tcp sport 3306"],
        _ => [""],
    };

    private static async Task NftAsync(string commands)
    {
        var start = new ProcessStartInfo("nft", ["-f", "-"]) { RedirectStandardInput = true, RedirectStandardError = true };
        using var nft = Process.Start(start)!;
        await nft.StandardInput.WriteAsync(commands);
        nft.StandardInput.Close();
        var errors = await nft.StandardError.ReadToEndAsync();
        await nft.WaitForExitAsync();
        Assert.True(nft.ExitCode == 0, $"nft refuses: {errors}\n{commands}");
    }
}
