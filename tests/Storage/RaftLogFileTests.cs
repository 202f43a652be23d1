using System.Buffers.Binary;
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
    public void A_torn_tail_at_any_byte_leaves_what_was_saved_before()
    {
        var (ends, states) = SaveSome(4);
        var whole = File.ReadAllBytes(LogPath);
        for (var cut = RaftLogFormat.HeaderBytes; cut < whole.Length; cut++)
        {
            File.WriteAllBytes(LogPath, whole[..cut]);
            var saves = ends.FindLastIndex(end => end <= cut);
            using (var log = RaftLogFile.Open(_temporary.Path))
            {
                Assert.Equal(states[saves], RandomSaves.Describe(log.Kept));
                Assert.Equal(ends[saves] != cut, log.TornTail is not null);
            }

            using var again = RaftLogFile.Open(_temporary.Path);
            Assert.Null(again.TornTail);
            Assert.Equal(ends[saves], again.Length);
        }
    }

    [Fact]
    public void A_write_whose_first_part_never_reached_the_disk_is_cut_as_a_whole()
    {
        var (ends, states) = SaveSome(4);
        var bytes = File.ReadAllBytes(LogPath);
        Array.Clear(bytes, (int)ends[^2], (int)(ends[^1] - ends[^2]) / 2);
        File.WriteAllBytes(LogPath, bytes);
        using var log = RaftLogFile.Open(_temporary.Path);
        Assert.Equal(states[^2], RandomSaves.Describe(log.Kept));
        Assert.Contains("unfinished write", log.TornTail, StringComparison.Ordinal);
    }

    [Fact]
    public void A_torn_tail_is_written_over_by_the_next_save()
    {
        var (ends, _) = SaveSome(4);
        File.WriteAllBytes(LogPath, File.ReadAllBytes(LogPath)[..((int)ends[^1] - 3)]);
        using (var log = RaftLogFile.Open(_temporary.Path))
        {
            log.Save(new RaftOutput { Hard = new HardState(77, null, 0) });
        }

        using var again = RaftLogFile.Open(_temporary.Path);
        Assert.Equal(77, again.Kept.Hard.Term);
        Assert.Null(again.TornTail);
    }

    [Fact]
    public void Any_changed_byte_before_the_last_save_is_refused_with_file_offset_and_advice()
    {
        var (ends, _) = SaveSome(4);
        var whole = File.ReadAllBytes(LogPath);
        for (var at = 0; at < ends[^2]; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x80, 0xff })
            {
                var damaged = whole.ToArray();
                damaged[at] ^= flip;
                File.WriteAllBytes(LogPath, damaged);
                var refusal = Assert.ThrowsAny<StorageCorruptException>(() => RaftLogFile.Open(_temporary.Path));
                Assert.Equal(LogPath, refusal.File);
                Assert.Contains(LogPath, refusal.Message, StringComparison.Ordinal);
                Assert.Contains("Restore", refusal.Message, StringComparison.Ordinal);
                Assert.InRange(refusal.Offset, 0, at);
            }
        }
    }

    [Fact]
    public void A_changed_byte_in_the_last_save_never_yields_wrong_data()
    {
        var (ends, states) = SaveSome(4);
        var whole = File.ReadAllBytes(LogPath);
        for (var at = (int)ends[^2]; at < whole.Length; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            File.WriteAllBytes(LogPath, damaged);
            using var log = RaftLogFile.Open(_temporary.Path);
            Assert.Equal(states[^2], RandomSaves.Describe(log.Kept));
        }
    }

    [Fact]
    public void A_format_of_a_later_release_is_refused()
    {
        var header = RaftLogFormat.Header();
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(8), 2);
        BinaryPrimitives.WriteUInt32LittleEndian(header.AsSpan(12), Crc32C.Of(header.AsSpan(0, 12)));
        File.WriteAllBytes(LogPath, header);
        var refusal = Assert.Throws<StorageException>(() => RaftLogFile.Open(_temporary.Path));
        Assert.Contains("format 2", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# some other file\n")]
    public void A_file_that_is_no_log_is_refused(string content)
    {
        File.WriteAllText(LogPath, content);
        Assert.Throws<StorageCorruptException>(() => RaftLogFile.Open(_temporary.Path));
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

    private (List<long> Ends, List<string> States) SaveSome(int count)
    {
        var saves = new RandomSaves(9);
        using var log = RaftLogFile.Open(_temporary.Path);
        List<long> ends = [log.Length];
        List<string> states = [RandomSaves.Describe(saves.State)];
        for (var i = 0; i < count; i++)
        {
            log.Save(saves.Next(snapshots: false));
            ends.Add(log.Length);
            states.Add(RandomSaves.Describe(saves.State));
        }

        return (ends, states);
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
