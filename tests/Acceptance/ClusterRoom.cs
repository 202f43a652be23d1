using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The tests that share the one cluster, and so run one after another.</summary>
[CollectionDefinition(Name)]
public sealed class ClusterRoom : ICollectionFixture<SandboxCluster>
{
    public const string Name = "sandbox cluster";
}
