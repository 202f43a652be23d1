using System.Diagnostics;
using System.Runtime.InteropServices;

namespace MySqlHa.Sandbox;

/// <summary>
/// A cut in the loopback network: packets between a node's address and the others' are dropped on arrival, both directions,
/// established connections too, without a word to either side. One nftables table of our own per sandbox; removing it heals.
/// </summary>
internal sealed partial class NetworkPartition(SandboxPlace place)
{
    private static readonly string[] Places = ["/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft"];

    private readonly string _table = $"mysqlha_{place.BaseIp.Replace('.', '_')}";

    /// <summary>Adds a cut around one node; cuts made before stay. <paramref name="fromClients"/>: from everything but itself.</summary>
    public async Task CutAsync(SandboxNode node, bool fromClients, CancellationToken cancellation)
    {
        Require();
        var others = string.Join(", ", place.Nodes.Where(n => n != node).Select(n => n.Ip));
        var rules = fromClients
            ? $"""
               add rule inet {_table} arriving ip daddr {node.Ip} ip saddr != {node.Ip} drop
               add rule inet {_table} arriving ip saddr {node.Ip} ip daddr != {node.Ip} drop
               """
            : $$"""
                add rule inet {{_table}} arriving ip saddr {{node.Ip}} ip daddr { {{others}} } drop
                add rule inet {{_table}} arriving ip daddr {{node.Ip}} ip saddr { {{others}} } drop
                """;
        // On arrival, not at sending: a sender would be told that its packet was refused.
        await NftAsync(
            $$"""
            add table inet {{_table}}
            add chain inet {{_table}} arriving { type filter hook input priority -10; }
            {{rules}}

            """,
            cancellation);
    }

    public async Task HealAsync(CancellationToken cancellation)
    {
        Require();
        await RemoveAsync(cancellation);
    }

    /// <summary>For the end of a sandbox: no cut is left behind; without rights there can be none of ours.</summary>
    public async Task HealIfAbleAsync(CancellationToken cancellation)
    {
        if (Refusal() is null)
        {
            await RemoveAsync(cancellation);
        }
    }

    // Adding a table that exists does nothing, so this never fails for want of one.
    private Task RemoveAsync(CancellationToken cancellation) =>
        NftAsync($"add table inet {_table}\ndelete table inet {_table}\n", cancellation);

    private static void Require()
    {
        if (Refusal() is { } refusal)
        {
            throw new SandboxException(SandboxExit.Refused, refusal);
        }
    }

    private static string? Refusal() =>
        EffectiveUser() != 0
            ? "a partition needs root (it is a rule of the kernel's packet filter): run this command with sudo"
            : Nft() is null
                ? "a partition needs the program nft, which this machine lacks: install nftables"
                : null;

    private static string? Nft() => Places.FirstOrDefault(File.Exists);

    private static async Task NftAsync(string commands, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(Nft()!) { RedirectStandardInput = true, RedirectStandardError = true };
        start.ArgumentList.Add("-f");
        start.ArgumentList.Add("-");
        using var nft = Process.Start(start)!;
        await nft.StandardInput.WriteAsync(commands.AsMemory(), cancellation);
        nft.StandardInput.Close();
        var errors = await nft.StandardError.ReadToEndAsync(cancellation);
        await nft.WaitForExitAsync(cancellation);
        if (nft.ExitCode != 0)
        {
            throw new SandboxException(SandboxExit.Refused, $"nft refuses: {errors.Split('\n')[0]}");
        }
    }

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint EffectiveUser();
}
