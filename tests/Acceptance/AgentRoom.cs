using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Tests of agents started one by one, after all that runs side by side: they fill disks and take ports.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AgentRoom
{
    public const string Name = "single agents";
}
