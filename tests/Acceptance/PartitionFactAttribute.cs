using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A test that cuts the network, which only root can; reported as skipped where we are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PartitionFactAttribute : FactAttribute
{
    public PartitionFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "a partition needs root";
        }
        else if (!new[] { "/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft" }.Any(File.Exists))
        {
            Skip = "a partition needs the program nft";
        }
    }
}
