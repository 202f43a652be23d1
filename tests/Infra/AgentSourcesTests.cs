using MySqlHa.Infra.Build;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class AgentSourcesTests
{
    [Fact]
    public void The_sources_are_found_from_where_the_tests_run() =>
        Assert.Equal(House.Repository.Root, AgentSources.Find()!.Root);

    [Fact]
    public void The_version_is_that_of_the_sources_and_of_the_runtime_alone()
    {
        var sources = AgentSources.Find()!;
        var version = sources.Version("linux-x64");
        Assert.Matches("^[0-9a-f]{12}$", version);
        Assert.Equal(version, sources.Version("linux-x64"));
        Assert.NotEqual(version, sources.Version("linux-arm64"));
    }
}
