using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>Programs under test take their configuration from the environment, of which a process has one: one after another.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PulumiCollection
{
    public const string Name = "pulumi";
}
