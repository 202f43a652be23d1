using MySqlHa.Supervision;
using Xunit;

namespace MySqlHa.Tests.Supervision;

public sealed class MysqldBinaryTests
{
    [Theory]
    [InlineData("/usr/sbin/mysqld  Ver 9.7.4-2 for Linux on x86_64 ((Debian))", "9.7.4")]
    [InlineData("mysqld  Ver 8.4.0 for Linux on x86_64 (MySQL Community Server - GPL)", "8.4.0")]
    [InlineData("mysqld  Ver 26.7.0 for Linux on aarch64 (MySQL Community Server - GPL)", "26.7.0")]
    public void A_MySQL_from_8_4_on_is_accepted(string text, string version) =>
        Assert.Equal(Version.Parse(version), MysqldBinary.Judge("mysqld", text).Version);

    [Theory]
    [InlineData("mysqld  Ver 8.0.36-0ubuntu0 for Linux on x86_64 ((Ubuntu))", "too old")]
    [InlineData("mariadbd  Ver 11.8.2-MariaDB-1 for debian-linux-gnu on x86_64 (Debian)", "MariaDB")]
    [InlineData("Hello", "does not say")]
    public void Anything_else_is_refused_with_the_reason(string text, string reason)
    {
        var refused = Assert.Throws<SupervisionException>(() => MysqldBinary.Judge("mysqld", text));
        Assert.Equal(SupervisionError.WrongBinary, refused.Error);
        Assert.Contains(reason, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_or_unrunnable_program_is_refused_with_its_path()
    {
        var missing = await Assert.ThrowsAsync<SupervisionException>(() =>
            MysqldBinary.InspectAsync("/no/such/mysqld", CancellationToken.None));
        Assert.Contains("/no/such/mysqld", missing.Message, StringComparison.Ordinal);
        var file = Path.GetTempFileName();
        try
        {
            var unrunnable = await Assert.ThrowsAsync<SupervisionException>(() => MysqldBinary.InspectAsync(file, CancellationToken.None));
            Assert.Contains(file, unrunnable.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
