using System.Collections.Concurrent;
using MySqlHa.Core;
using MySqlHa.Node;
using MySqlHa.Tests.Ring;
using Xunit;

namespace MySqlHa.Tests.Node;

/// <summary>What is looked at beside the loop goes on where a look fails: nobody else would notice a full disk.</summary>
public sealed class WatchingTests
{
    private const long MiB = 1 << 20;

    [Fact]
    public async Task A_look_that_fails_is_told_once_for_each_reason_and_the_next_is_made()
    {
        var log = new RecordedLog();
        using var ends = new CancellationTokenSource();
        var looks = 0;
        var watching = Watching.UntilCancelledAsync("the sky", TimeSpan.FromMilliseconds(1), Look, log, ends.Token);
        await Eventually.HoldsAsync("it goes on", () => Volatile.Read(ref looks) > 6);
        await ends.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromSeconds(15));
        string[] reasons = [.. log.Lines.Select(l => l.Text[(l.Text.LastIndexOf(':') + 2)..])];
        Assert.Equal(["clouds", "night", "clouds"], reasons);
        Assert.All(log.Lines, l => Assert.Contains("the sky", l.Text, StringComparison.Ordinal));

        void Look()
        {
            switch (Interlocked.Increment(ref looks))
            {
                case 1 or 2 or 5:
                    throw new IOException("clouds");
                case 3:
                    throw new UnauthorizedAccessException("night");
            }
        }
    }

    [Fact]
    public async Task A_disk_that_gets_full_behind_an_error_is_told_and_so_is_its_room()
    {
        var log = new RecordedLog();
        using var ends = new CancellationTokenSource();
        var told = new ConcurrentQueue<DiskNoted>();
        var free = new ConcurrentQueue<long>([100 * MiB, -1, 20 * MiB, -1, 40 * MiB]);
        var watching = DiskWatch.WatchAsync("/srv", Free, told.Enqueue, log, ends.Token);
        await Eventually.HoldsAsync("full, and not any more", () => told.Count == 2, seconds: 30);
        await ends.CancelAsync();
        await watching.WaitAsync(TimeSpan.FromSeconds(15));
        Assert.Equal(["the disk of /srv is full (20 MiB free)", ""], told.Select(t => t.Problem));
        Assert.Equal(2, log.Lines.Count);

        long Free(string data) => !free.TryDequeue(out var now) ? 64 * MiB : now >= 0 ? now : throw new IOException("Input/output error");
    }
}
