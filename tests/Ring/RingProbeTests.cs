using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>What a node finds at an address before it asks whoever is there to come.</summary>
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public sealed class RingProbeTests : IAsyncLifetime
#pragma warning restore CA1001
{
    private static readonly RingKey Key = RingKey.Create("test");
    private readonly RingPeer _node = new(Key, "127.0.31.21");

    public Task InitializeAsync() => Task.CompletedTask;

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task A_node_of_this_ring_is_found()
    {
        await using var member = new RingPeer(Key, "127.0.31.22");
        Assert.Null(await _node.Transport.ProbeAsync(member.Host, member.Port, default));
        await _node.ReachAsync(member);
    }

    [Fact]
    public async Task A_node_of_another_ring_is_named_as_such()
    {
        await using var stranger = new RingPeer(RingKey.Create("other"), "127.0.31.23");
        Assert.Equal("other-key", (await _node.Transport.ProbeAsync(stranger.Host, stranger.Port, default))?.Code);
    }

    [Theory]
    [InlineData("127.0.31.24")]
    [InlineData("db9")]
    public async Task Where_nobody_is_nobody_answers(string host) =>
        Assert.Equal("no-answer", (await _node.Transport.ProbeAsync(host, 9638, default))?.Code);

    [Fact]
    public async Task It_does_not_take_itself_for_another() =>
        Assert.Equal("already-member", (await _node.Transport.ProbeAsync(_node.Host, _node.Port, default))?.Code);
}
