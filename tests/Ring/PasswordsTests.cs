using System.Security.Cryptography;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Ring;

public sealed class PasswordsTests
{
    private static readonly byte[] Secret = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public void A_password_has_every_kind_of_character_and_fits_into_a_url()
    {
        for (var i = 0; i < 2000; i++)
        {
            var password = Passwords.Derive(Secret, $"account {i}");
            Assert.Matches("^(?=.*[A-Z])(?=.*[a-z])(?=.*[0-9])(?=.*[-_])[A-Za-z][A-Za-z0-9_-]{31}$", password);
        }
    }

    [Fact]
    public void A_password_depends_on_the_secret_and_the_purpose_and_on_nothing_else()
    {
        var password = Passwords.Derive(Secret, "replication");
        Assert.Equal(password, Passwords.Derive(Secret.ToArray(), "replication"));
        Assert.NotEqual(password, Passwords.Derive(Secret, "agent"));
        Assert.NotEqual(password, Passwords.Derive(RandomNumberGenerator.GetBytes(32), "replication"));
        // Known answer: a change of the derivation would lock every running cluster out of its own servers.
        Assert.Equal("S_Df909LuiJydUwbvl4Cz2ne7_ITmyZS", Passwords.Derive("0123456789abcdef"u8, "replication"));
    }

    [Fact]
    public void A_short_secret_or_no_purpose_is_refused()
    {
        var tooShort = Assert.Throws<ArgumentException>(() => Passwords.Derive(new byte[15], "x"));
        Assert.Contains("16 bytes", tooShort.Message, StringComparison.Ordinal);
        _ = Assert.Throws<ArgumentException>(() => Passwords.Derive(Secret, " "));
    }
}
