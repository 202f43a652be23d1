using System.Diagnostics;
using MySqlHa.Consensus;
using MySqlHa.Storage;
using Xunit;

namespace MySqlHa.Tests.Storage;

public sealed class RaftLogFileTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string LogPath => _temporary.File("raft.log");

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_new_directory_holds_nothing()
    {
        using var log = RaftLogFile.Open(_temporary.File("made/by/open"));
        Assert.Equal(RandomSaves.Describe(RaftPersistent.Initial), RandomSaves.Describe(log.Kept));
        Assert.Null(log.TornTail);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void What_was_saved_is_there_after_a_reopen(int seed)
    {
        var saves = new RandomSaves(seed);
        for (var round = 0; round < 25; round++)
        {
            using (var log = RaftLogFile.Open(_temporary.Path))
            {
                Assert.Equal(RandomSaves.Describe(saves.State), RandomSaves.Describe(log.Kept));
                Assert.Null(log.TornTail);
                for (var i = 0; i < 8; i++)
                {
                    log.Save(saves.Next());
                }

                Assert.Equal(new FileInfo(LogPath).Length, log.Length);
            }
        }
    }

    [Fact]
    public void A_second_agent_is_refused_and_told_which_directory()
    {
        using (RaftLogFile.Open(_temporary.Path))
        {
            var refusal = Assert.Throws<StorageException>(() => RaftLogFile.Open(_temporary.Path));
            Assert.Contains($"another process works in {_temporary.Path}", refusal.Message, StringComparison.Ordinal);
        }

        RaftLogFile.Open(_temporary.Path).Dispose();
    }

    [Fact]
    public async Task A_lock_dies_with_its_process_however_that_ends()
    {
        using var holder = Process.Start(new ProcessStartInfo("flock")
        {
            ArgumentList = { "--exclusive", "--no-fork", _temporary.File("lock"), "sleep", "600" },
        })!;
        try
        {
            await Until(() => Throws(out var refusal) && refusal!.Contains("another process", StringComparison.Ordinal));
        }
        finally
        {
            holder.Kill();
            await holder.WaitForExitAsync();
        }

        RaftLogFile.Open(_temporary.Path).Dispose();
    }

    [Fact]
    public void A_refused_open_leaves_no_lock_behind()
    {
        File.WriteAllText(LogPath, "no log");
        Assert.Throws<StorageCorruptException>(() => RaftLogFile.Open(_temporary.Path));
        File.Delete(LogPath);
        RaftLogFile.Open(_temporary.Path).Dispose();
    }

    [Fact]
    public void After_a_full_disk_nothing_more_is_saved_and_the_next_open_holds_what_was_acknowledged()
    {
        var saves = new RandomSaves(5);
        var full = false;
        var acknowledged = string.Empty;
        using (var log = RaftLogFile.Open(_temporary.Path, (file, bytes, offset) =>
        {
            RandomAccess.Write(file.SafeFileHandle, full ? bytes[..(bytes.Length / 2)] : bytes, offset);
            if (full)
            {
                throw new IOException("No space left on device");
            }
        }))
        {
            for (var i = 0; i < 5; i++)
            {
                log.Save(saves.Next(snapshots: false));
            }

            acknowledged = RandomSaves.Describe(saves.State);
            full = true;
            var refusal = Assert.Throws<StorageException>(() => log.Save(saves.Next(snapshots: false)));
            Assert.Contains("No space left on device", refusal.Message, StringComparison.Ordinal);
            Assert.Contains(LogPath, refusal.Message, StringComparison.Ordinal);
            full = false;
            Assert.Contains(
                "an earlier write failed",
                Assert.Throws<StorageException>(() => log.Save(saves.Next(snapshots: false))).Message,
                StringComparison.Ordinal);
        }

        using var again = RaftLogFile.Open(_temporary.Path);
        Assert.Equal(acknowledged, RandomSaves.Describe(again.Kept));
    }

    [Fact]
    public void What_an_earlier_process_wrote_and_did_not_sync_is_synced_before_it_is_believed()
    {
        var saves = new RandomSaves(6);
        static void Unsynced(FileStream file, ReadOnlySpan<byte> bytes, long at) => RandomAccess.Write(file.SafeFileHandle, bytes, at);
        using (var killed = RaftLogFile.Open(_temporary.Path, Unsynced))
        {
            killed.Save(saves.Next(snapshots: false));
        }

        var refusal = Assert.Throws<StorageException>(
            () => RaftLogFile.Open(_temporary.Path, (_, _, _) => throw new IOException("Input/output error")));
        Assert.Contains($"cannot make {LogPath} durable: Input/output error", refusal.Message, StringComparison.Ordinal);
        var synced = new List<long>();
        using var again = RaftLogFile.Open(_temporary.Path, (_, bytes, offset) => synced.Add(offset + bytes.Length));
        Assert.Equal([new FileInfo(LogPath).Length], synced);
        Assert.Equal(RandomSaves.Describe(saves.State), RandomSaves.Describe(again.Kept));
    }

    /// <summary>
    /// The disk of Linux' fsync(2): after a sync that failed the bytes are in memory, clean, and no later sync writes them.
    /// </summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    public void What_a_failed_sync_left_in_memory_is_on_the_disk_once_it_is_believed(int saved)
    {
        var saves = new RandomSaves(7);
        var (disk, fails) = (new byte[1 << 20], false);
        void Write(FileStream file, ReadOnlySpan<byte> bytes, long offset)
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, offset);
            if (fails)
            {
                throw new IOException("Input/output error");
            }

            bytes.CopyTo(disk.AsSpan((int)offset));
        }

        using (var log = RaftLogFile.Open(_temporary.Path, Write))
        {
            File.ReadAllBytes(LogPath).CopyTo(disk, 0);
            for (var i = 1; i < saved; i++)
            {
                log.Save(saves.Next(snapshots: false));
            }

            fails = true;
            Assert.Throws<StorageException>(() => log.Save(saves.Next(snapshots: false)));
        }

        fails = false;
        using var again = RaftLogFile.Open(_temporary.Path, Write);
        Assert.Equal(RandomSaves.Describe(saves.State), RandomSaves.Describe(again.Kept));
        Assert.Equal(File.ReadAllBytes(LogPath), disk[..(int)again.Length]);
    }

    [Fact]
    public void A_snapshot_makes_the_file_small_again()
    {
        using var log = RaftLogFile.Open(_temporary.Path);
        for (var i = 1; i <= 50; i++)
        {
            log.Save(new RaftOutput { Append = [new LogEntry(i, 1, EntryKind.Command, new byte[100])] });
        }

        var before = log.Length;
        log.Save(new RaftOutput
        {
            Install = new RaftSnapshot(49, 1, new RaftConfiguration([MySqlHa.Cluster.NodeId.From(new byte[16])], []), new byte[10]),
        });
        Assert.True(log.Length < before / 10, $"{before} bytes became {log.Length}");
        log.Save(new RaftOutput { Append = [new LogEntry(51, 1, EntryKind.Noop, default)] });
    }

    private bool Throws(out string? message)
    {
        try
        {
            RaftLogFile.Open(_temporary.Path).Dispose();
            message = null;
            return false;
        }
        catch (StorageException refusal)
        {
            message = refusal.Message;
            return true;
        }
    }

    private static async Task Until(Func<bool> condition)
    {
        var deadline = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.True(deadline.Elapsed < TimeSpan.FromSeconds(20), "it did not come true in 20 s");
            await Task.Delay(10);
        }
    }
}
