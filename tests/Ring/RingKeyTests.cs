using System.Runtime.Versioning;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

[SupportedOSPlatform("linux")]
public sealed class RingKeyTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysqlha-ring-").FullName;

    private string KeyPath => Path.Combine(_directory, "production.key");

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_key_survives_its_file()
    {
        var key = RingKey.Create("production");
        key.Save(KeyPath);
        var loaded = RingKey.Load(KeyPath);
        Assert.Equal(key.ToFileText(), loaded.ToFileText());
        Assert.Equal(key.Fingerprint, loaded.Fingerprint);
        Assert.Equal(key.GossipKey, loaded.GossipKey);
        Assert.Equal(key.ApiToken, loaded.ApiToken);
        Assert.DoesNotContain(key.ApiToken[4..], key.ToFileText() + Convert.ToHexStringLower(key.GossipKey), StringComparison.Ordinal);
        Assert.Matches("^[0-9a-f]{16}$", key.Fingerprint);
        Assert.Matches("^production-[0-9]{14}$", key.NameAndRevision);
    }

    [Fact]
    public void Two_keys_of_one_name_have_nothing_in_common()
    {
        var (one, two) = (RingKey.Create("production"), RingKey.Create("production"));
        Assert.NotEqual(one.Fingerprint, two.Fingerprint);
        Assert.NotEqual(one.GossipKey, two.GossipKey);
        Assert.NotEqual(one.ApiToken, two.ApiToken);
        Assert.NotEqual(one.Authority.GetPublicKeyString(), two.Authority.GetPublicKeyString());
    }

    [Fact]
    public void A_key_shows_no_secret_when_it_is_printed()
    {
        var key = RingKey.Create("production");
        var options = new RingOptions(RingPeer.NewId(), "127.0.31.1", 9638, RingKeys.Of(key));
        foreach (var secret in key.ToFileText().Split('\n').Skip(3).Where(line => line.Length > 0))
        {
            Assert.DoesNotContain(secret, $"{key} {options}", StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_saved_key_is_for_its_owner_only_and_is_never_written_over_a_file()
    {
        var key = RingKey.Create("production");
        key.Save(KeyPath);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(KeyPath));
        var error = Assert.Throws<RingKeyException>(() => RingKey.Create("other").Save(KeyPath));
        Assert.Contains(KeyPath, error.Message, StringComparison.Ordinal);
        Assert.Equal(key.ToFileText(), File.ReadAllText(KeyPath));
        var nowhere = Assert.Throws<RingKeyException>(() => key.Save(Path.Combine(_directory, "no", "k")));
        Assert.Contains("cannot be written", nowhere.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupRead)]
    [InlineData(UnixFileMode.OtherRead)]
    [InlineData(UnixFileMode.GroupWrite)]
    public void A_key_that_others_can_open_is_not_loaded(UnixFileMode forOthers)
    {
        RingKey.Create("production").Save(KeyPath);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead | UnixFileMode.UserWrite | forOthers);
        var open = Assert.Throws<RingKeyException>(() => RingKey.Load(KeyPath));
        Assert.Contains($"chmod 600 {KeyPath}", open.Message, StringComparison.Ordinal);
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        _ = RingKey.Load(KeyPath);
    }

    [Fact]
    public void A_key_that_is_missing_or_no_key_is_named_by_its_path()
    {
        Assert.Equal($"ring key {KeyPath} does not exist", Assert.Throws<RingKeyException>(() => RingKey.Load(KeyPath)).Message);
        File.WriteAllText(KeyPath, "");
        File.SetUnixFileMode(KeyPath, UnixFileMode.UserRead);
        var empty = Assert.Throws<RingKeyException>(() => RingKey.Load(KeyPath));
        Assert.StartsWith($"ring key {KeyPath}: not a ring key", empty.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "first line")]
    [InlineData("SYM-SEC-1\nproduction-20260101120000\n\nAAAA", "first line")]
    [InlineData("MYSQLHA-RING-KEY-2\nproduction-20260101120000\n", "format '2'")]
    [InlineData("MYSQLHA-RING-KEY-1\nproduction-20260101120000\n", "2 lines")]
    [InlineData("MYSQLHA-RING-KEY-1\nproduction\na\nb\nc\nd\n", "name and revision")]
    [InlineData("MYSQLHA-RING-KEY-1\nproduction-20260101120000\na\nb\nc\nd\n", "damaged")]
    public void A_text_that_is_no_key_is_refused_with_what_is_wrong(string text, string says) =>
        Assert.Contains(says, Assert.Throws<FormatException>(() => RingKey.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_key_with_any_changed_character_is_refused_and_none_of_its_secrets_quoted()
    {
        var text = RingKey.Create("production").ToFileText();
        var secrets = text.Split('\n').Skip(3).Where(line => line.Length > 0).ToList();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\n')
            {
                continue;
            }

            var changed = text[..i] + (text[i] == 'A' ? 'B' : 'A') + text[(i + 1)..];
            var error = Assert.Throws<FormatException>(() => RingKey.Parse(changed));
            Assert.DoesNotContain(secrets, secret => error.Message.Contains(secret[..8], StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_key_may_have_line_ends_of_another_system()
    {
        var key = RingKey.Create("production");
        var text = key.ToFileText().Replace("\n", "\r\n", StringComparison.Ordinal);
        Assert.Equal(key.Fingerprint, RingKey.Parse(text).Fingerprint);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("CN=x,O=y")]
    [InlineData("1234567890123456789012345678901234567890123456789")]
    public void A_name_that_cannot_name_a_ring_is_refused(string name) =>
        Assert.Contains("letters, digits", Assert.Throws<ArgumentException>(() => RingKey.Create(name)).Message, StringComparison.Ordinal);
}
