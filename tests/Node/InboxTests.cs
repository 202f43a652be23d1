using MySqlHa.Core;
using MySqlHa.Node;
using Xunit;

namespace MySqlHa.Tests.Node;

public sealed class InboxTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(20);
    private readonly Inbox _inbox = new(limit: 2);

    [Fact]
    public void What_was_added_first_is_taken_first_and_what_has_no_room_is_refused()
    {
        var (first, second) = (new DiskNoted("first"), new DiskNoted("second"));
        Assert.True(_inbox.TryAdd(first));
        Assert.True(_inbox.TryAdd(second));
        Assert.False(_inbox.TryAdd(Tick.Instance));
        Assert.Same(first, _inbox.Take(0, CancellationToken.None));
        Assert.Same(second, _inbox.Take(0, CancellationToken.None));
        Assert.Null(_inbox.Take(1, CancellationToken.None));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_what_comes()
    {
        var taken = Task.Run(() => _inbox.Take(int.MaxValue, CancellationToken.None));
        _inbox.Add(Tick.Instance);
        Assert.Same(Tick.Instance, await taken.WaitAsync(Deadline));
    }

    [Fact]
    public async Task Who_waits_is_woken_by_the_end()
    {
        using var ending = new CancellationTokenSource();
        var taken = Task.Run(() => _inbox.Take(int.MaxValue, ending.Token));
        await ending.CancelAsync();
        _ = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => taken.WaitAsync(Deadline));
    }

    [Fact]
    public async Task What_must_arrive_waits_for_room()
    {
        _inbox.Add(Tick.Instance);
        _inbox.Add(Tick.Instance);
        var late = new DiskNoted("late");
        var added = Task.Run(() => _inbox.Add(late));
        Assert.Same(Tick.Instance, _inbox.Take(0, CancellationToken.None));
        await added.WaitAsync(Deadline);
        Assert.Same(Tick.Instance, _inbox.Take(0, CancellationToken.None));
        Assert.Same(late, _inbox.Take(0, CancellationToken.None));
    }

    [Fact]
    public async Task A_closed_inbox_gives_what_it_holds_and_takes_nothing_more()
    {
        _inbox.Add(Tick.Instance);
        _inbox.Add(Tick.Instance);
        var waiting = Task.Run(() => _inbox.Add(new DiskNoted("too late")));
        _inbox.Close();
        await waiting.WaitAsync(Deadline);
        Assert.True(_inbox.TryAdd(new DiskNoted("later still")));
        Assert.Same(Tick.Instance, _inbox.Take(0, CancellationToken.None));
        Assert.Same(Tick.Instance, _inbox.Take(0, CancellationToken.None));
        Assert.Null(_inbox.Take(0, CancellationToken.None));
    }
}
