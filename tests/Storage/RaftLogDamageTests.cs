using System.Buffers.Binary;
using MySqlHa.Consensus;
using MySqlHa.Storage;
using Xunit;

namespace MySqlHa.Tests.Storage;

/// <summary>What a crash, a bad disk or a wrong file does to a log: cut, or refused, never wrong data.</summary>
public sealed class RaftLogDamageTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    private string LogPath => _temporary.File("raft.log");

    public void Dispose() => _temporary.Dispose();

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
}
