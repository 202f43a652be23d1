using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A test with agents of its own, below a folder of its own. All of it is gone behind the test.</summary>
public abstract class OwnAgents : IAsyncLifetime
{
    private protected string Home { get; } = Directory.CreateTempSubdirectory("ha").FullName;

    private protected List<AgentNode> Nodes { get; } = [];

    public virtual Task InitializeAsync() => Task.CompletedTask;

    public virtual async Task DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(Home, recursive: true);
    }
}
