using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A test that mounts small disks of its own, which only root can; reported as skipped where we are not.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MountFactAttribute : FactAttribute
{
    public MountFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Skip = "a small disk of its own needs root";
        }
    }
}
