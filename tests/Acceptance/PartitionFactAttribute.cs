using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A test that cuts the network, which only root can; reported as skipped where we are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PartitionFactAttribute : FactAttribute
{
    public PartitionFactAttribute() => Skip = Refusal;

    /// <summary>Why none can be made here; null: it can.</summary>
    public static string? Refusal { get; } =
        !Environment.IsPrivilegedProcess ? "a partition needs root"
        : !new[] { "/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft" }.Any(File.Exists) ? "a partition needs the program nft"
        : null;
}
