using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>Blows and soaks: they share one cluster, and run alone, after all that runs side by side.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class FaultRoom : ICollectionFixture<FaultCluster>
{
    public const string Name = "mistreated cluster";
}
