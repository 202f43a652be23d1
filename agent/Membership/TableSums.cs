using System.Collections.Immutable;
using System.Numerics;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>
/// A table in few bytes: its records in parts by their ids, and one sum for each part, so that two members find out what they hold
/// differently without sending it. A member that departed counts in no sum: some have forgotten it, and nobody is to learn of it again.
/// </summary>
internal static class TableSums
{
    private const int RecordsPerPart = 16;
    private const ulong Prime = 0x100000001b3;
    private const ulong Basis = 0xcbf29ce484222325;

    /// <summary>In as many parts as a table of this size wants: 1 for up to 16 members, 64 for 1,000.</summary>
    public static ImmutableArray<long> Of(ImmutableArray<MemberRecord> table) =>
        Of(table, (int)Math.Min(BitOperations.RoundUpToPowerOf2((uint)Math.Max(1, (table.Length + RecordsPerPart - 1) / RecordsPerPart)), MemberLimits.Parts));

    /// <param name="table">All records.</param>
    /// <param name="parts">A power of two.</param>
    public static ImmutableArray<long> Of(ImmutableArray<MemberRecord> table, int parts)
    {
        var sums = new long[parts];
        foreach (var record in table)
        {
            if (record.Status != MemberStatus.Departed)
            {
                sums[PartOf(record.Id, parts)] ^= SumOf(record);
            }
        }

        return [.. sums];
    }

    /// <summary>The records of those parts whose sums are not the other's.</summary>
    public static ImmutableArray<MemberRecord> Differing(ImmutableArray<MemberRecord> table, ImmutableArray<long> others)
    {
        var mine = Of(table, others.Length);
        return mine.SequenceEqual(others) ? [] : [.. table.Where(r => PartOf(r.Id, mine.Length) is var part && mine[part] != others[part])];
    }

    /// <summary>What is wrong with sums from outside; null: nothing.</summary>
    public static string? Problem(int parts) =>
        parts is >= 1 and <= MemberLimits.Parts && BitOperations.IsPow2(parts) ? null
        : $"{parts} sums are not a power of two within 1 to {MemberLimits.Parts}";

    private static int PartOf(NodeId id, int parts) => (int)(Mixed(Sum(Basis, id.Hex)) & (ulong)(parts - 1));

    private static long SumOf(MemberRecord record)
    {
        var (address, facts) = (record.Address, record.Facts);
        var sum = Sum(Sum(Basis, record.Id.Hex), address.Host);
        sum = Sum(Sum(Sum(Sum(sum, facts.Group), facts.Name), facts.ClusterId), facts.AgentVersion);
        foreach (var number in (ReadOnlySpan<long>)[
            record.Incarnation, (long)record.Status, address.RingPort, address.HttpPort, address.MysqlPort, facts.Adopts ? 1 : 0, facts.Leads])
        {
            sum = Mixed(sum ^ (ulong)number) * Prime;
        }

        return (long)Mixed(sum);
    }

    /// <summary>FNV-1a, with the end of the text in it.</summary>
    private static ulong Sum(ulong sum, string text)
    {
        foreach (var c in text)
        {
            sum = (sum ^ c) * Prime;
        }

        return (sum ^ 0xff) * Prime;
    }

    /// <summary>Every bit of it depends on every bit given.</summary>
    private static ulong Mixed(ulong sum)
    {
        sum = (sum ^ (sum >> 33)) * 0xff51afd7ed558ccd;
        sum = (sum ^ (sum >> 33)) * 0xc4ceb9fe1a85ec53;
        return sum ^ (sum >> 33);
    }
}
