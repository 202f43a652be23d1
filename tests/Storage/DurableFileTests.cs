using MySqlHa.Storage;
using Xunit;

namespace MySqlHa.Tests.Storage;

public sealed class DurableFileTests : IDisposable
{
    private readonly TemporaryDirectory _temporary = new();

    public void Dispose() => _temporary.Dispose();

    [Fact]
    public void A_file_that_is_not_there_reads_as_null()
    {
        Assert.Null(DurableFile.Read(_temporary.File("none")));
        Assert.Null(DurableFile.ReadChecked(_temporary.File("no/directory")));
    }

    [Fact]
    public void A_file_is_replaced_as_a_whole_with_the_mode_asked_for_and_no_leftover()
    {
        var path = _temporary.File("record.json");
        File.WriteAllText(path + ".new", "left by a crash");
        File.SetUnixFileMode(path + ".new", UnixFileMode.OtherRead | UnixFileMode.UserRead | UnixFileMode.UserWrite);
        DurableFile.WriteAtomically(path, "one"u8, DurableFile.Private);
        DurableFile.WriteAtomically(path, "two"u8, DurableFile.Private);
        Assert.Equal("two"u8.ToArray(), DurableFile.Read(path));
        Assert.Equal(DurableFile.Private, File.GetUnixFileMode(path));
        Assert.Equal([path], Directory.GetFiles(_temporary.Path));
    }

    [Fact]
    public void A_directory_that_is_not_there_is_named()
    {
        var path = _temporary.File("missing/record.json");
        var refusal = Assert.Throws<StorageException>(() => DurableFile.WriteAtomically(path, "x"u8, DurableFile.Private));
        Assert.Contains(path, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{\"epoch\":7}")]
    [InlineData("two\nlines\n")]
    public void A_checked_file_reads_back(string content)
    {
        var path = _temporary.File("record.json");
        var bytes = System.Text.Encoding.UTF8.GetBytes(content);
        DurableFile.WriteChecked(path, bytes, DurableFile.Private);
        Assert.Equal(bytes, DurableFile.ReadChecked(path));
    }

    [Fact]
    public void Any_change_of_a_checked_file_is_refused()
    {
        var path = _temporary.File("record.json");
        DurableFile.WriteChecked(path, "{\"epoch\":7}"u8, DurableFile.Private);
        var whole = File.ReadAllBytes(path);
        for (var at = 0; at < whole.Length; at++)
        {
            foreach (var flip in new byte[] { 0x01, 0x04, 0x80 })
            {
                var damaged = whole.ToArray();
                damaged[at] ^= flip;
                File.WriteAllBytes(path, damaged);
                Assert.Throws<StorageCorruptException>(() => DurableFile.ReadChecked(path));
            }

            File.WriteAllBytes(path, whole[..at]);
            Assert.Throws<StorageCorruptException>(() => DurableFile.ReadChecked(path));
        }
    }

    [Fact]
    public void The_checksum_is_the_one_of_RFC_3720()
    {
        Assert.Equal(0xE3069283u, Crc32C.Of("123456789"u8));
        Assert.Equal(0x8A9136AAu, Crc32C.Of(new byte[32]));
        Assert.Equal(0x46DD794Eu, Crc32C.Of([.. Enumerable.Range(0, 32).Select(i => (byte)i)]));
    }
}
