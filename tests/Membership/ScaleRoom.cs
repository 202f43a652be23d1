using Xunit;

namespace MySqlHa.Tests.Membership;

/// <summary>Large rings take hundreds of megabytes, and a member's memory is measured: after all that runs side by side.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class ScaleRoom
{
    public const string Name = "large rings";
}
