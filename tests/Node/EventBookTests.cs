using MySqlHa.Cluster;
using MySqlHa.Node;
using Xunit;

namespace MySqlHa.Tests.Node;

public sealed class EventBookTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 1, 14, 0, 0, TimeSpan.Zero);
    private readonly EventBook _book = new(100, most: 3);

    [Fact]
    public void Events_are_numbered_in_their_order_and_dated()
    {
        Add("a", "b");
        Add("c");

        Assert.Equal([(100, "a"), (101, "b"), (102, "c")], _book.After(0).Select(e => (e.Id, e.Code)));
        Assert.Equal([101, 102], _book.After(100).Select(e => e.Id));
        Assert.All(_book.After(0), e => Assert.Equal(Now, e.At));
        Assert.Empty(_book.After(102));
    }

    [Fact]
    public void Only_the_last_ones_are_kept()
    {
        Add("a", "b", "c", "d", "e");

        Assert.Equal(["c", "d", "e"], _book.After(0).Select(e => e.Code));
    }

    [Theory]
    [InlineData(103)]
    [InlineData(long.MaxValue)]
    public async Task An_id_that_was_never_given_here_is_no_place_to_go_on_from(long id)
    {
        Add("a", "b", "c");

        Assert.Equal(["a", "b", "c"], _book.After(id).Select(e => e.Code));
        Assert.Equal(["a", "b", "c"], (await _book.WaitAsync(id, CancellationToken.None)).Select(e => e.Code));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_next_event_and_misses_none()
    {
        Add("a");
        Assert.Equal(["a"], (await _book.WaitAsync(0, CancellationToken.None)).Select(e => e.Code));

        var waits = _book.WaitAsync(100, CancellationToken.None);
        Assert.False(waits.IsCompleted);
        Add("b", "c");
        Assert.Equal(["b", "c"], (await waits.WaitAsync(TimeSpan.FromSeconds(20))).Select(e => e.Code));
    }

    [Fact]
    public async Task Who_waits_may_give_up()
    {
        using var gone = new CancellationTokenSource();
        var waits = _book.WaitAsync(0, gone.Token);
        await gone.CancelAsync();

        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WaitAsync(TimeSpan.FromSeconds(20)));
    }

    [Fact]
    public async Task Readers_beside_a_writer_see_each_event_once_and_in_order()
    {
        var book = new EventBook(1, most: 100_000);
        var writing = Task.Run(() =>
        {
            for (var i = 0; i < 20_000; i++)
            {
                book.Add(Now, [Event("x")]);
            }
        });
        var (seen, deadline) = (0L, new CancellationTokenSource(TimeSpan.FromSeconds(30)));
        while (seen < 20_000)
        {
            foreach (var one in await book.WaitAsync(seen, deadline.Token))
            {
                Assert.Equal(seen + 1, one.Id);
                seen = one.Id;
            }
        }

        await writing;
    }

    private static ClusterEvent Event(string code) => new(code, $"{code} happened", EventScope.Node);

    private void Add(params string[] codes) => _book.Add(Now, codes.Select(Event));
}
