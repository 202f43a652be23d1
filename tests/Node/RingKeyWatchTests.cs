using MySqlHa.Core;
using MySqlHa.Node;
using MySqlHa.Ring;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Node;

/// <summary>The file of the ring's keys is read again while the agent runs.</summary>
public sealed class RingKeyWatchTests : IDisposable
{
    private static readonly RingKey Old = RingKey.Create("old");
    private static readonly RingKey New = RingKey.Create("new");

    private readonly TemporaryDirectory _directory = new();
    private readonly List<RingKeys> _used = [];
    private readonly List<RingKeysNoted> _noted = [];

    private string KeyFile => _directory.File("ring.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Other_keys_are_put_in_force_once_and_told()
    {
        var watch = Watch();
        watch.Look();
        Assert.Empty(_used);
        Assert.Equal([Old.Fingerprint], Assert.Single(_noted).Fingerprints.AsEnumerable());

        RingKeyFile.Replace(KeyFile, RingKeys.Of(New, Old));
        watch.Look();
        watch.Look();

        Assert.Equal([New.Fingerprint, Old.Fingerprint], Assert.Single(_used).Fingerprints.AsEnumerable());
        Assert.Equal([New.Fingerprint, Old.Fingerprint], _noted[^1].Fingerprints.AsEnumerable());
        Assert.Equal((2, ""), (_noted.Count, _noted[^1].Problem));
    }

    [Theory]
    [InlineData("", "not a ring key")]
    [InlineData("MYSQLHA-RING-KEY-1\n", "not a whole ring key")]
    [InlineData(null, "does not exist")]
    [InlineData("open", "is open to other users (mode 0640)")]
    public void A_file_that_cannot_be_used_leaves_the_keys_in_force_and_is_told_until_it_is_whole(string? text, string says)
    {
        var watch = Watch();
        watch.Look();
        var whole = File.ReadAllText(KeyFile);
        File.Delete(KeyFile);
        if (text is not null)
        {
            File.WriteAllText(KeyFile, text == "open" ? whole : text);
            Mode(text == "open" ? UnixFileMode.GroupRead : UnixFileMode.None);
        }

        watch.Look();
        watch.Look();
        Assert.Empty(_used);
        Assert.Equal(2, _noted.Count);
        Assert.Contains(says, _noted[^1].Problem, StringComparison.Ordinal);
        Assert.EndsWith($"; in force is what it held before, {Old}", _noted[^1].Problem, StringComparison.Ordinal);
        Assert.Equal([Old.Fingerprint], _noted[^1].Fingerprints.AsEnumerable());

        File.WriteAllText(KeyFile, RingKeys.Of(Old, New).ToFileText());
        Mode(UnixFileMode.None);
        watch.Look();
        Assert.Single(_used);
        Assert.Equal("", _noted[^1].Problem);
    }

    private void Mode(UnixFileMode more)
    {
#pragma warning disable CA1416 // tests run on Linux
        File.SetUnixFileMode(KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | more);
#pragma warning restore CA1416
    }

    private RingKeyWatch Watch()
    {
        Old.Save(KeyFile);
        return new RingKeyWatch(KeyFile, RingKeys.Load(KeyFile), _used.Add, _noted.Add);
    }
}
