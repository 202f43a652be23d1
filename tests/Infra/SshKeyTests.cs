using MySqlHa.Infra.Plan;
using Xunit;

namespace MySqlHa.Tests.Infra;

public sealed class SshKeyTests
{
    [Fact]
    public async Task A_new_key_pair_is_a_private_key_and_then_one_public_line_with_nothing_left_behind()
    {
        var folder = Directory.CreateTempSubdirectory("mysqlha-ssh-");
        try
        {
            var environment = new Dictionary<string, string> { ["TMPDIR"] = folder.FullName };
            var (code, text) = await LocalShell.RunAsync("-s", Steps.NewSshKey("it's mine"), environment);
            Assert.True(code == 0, text);
            var lines = text.TrimEnd().Split('\n');
            Assert.Equal("-----BEGIN OPENSSH PRIVATE KEY-----", lines[0]);
            Assert.Equal("-----END OPENSSH PRIVATE KEY-----", lines[^2]);
            Assert.Matches("^ssh-ed25519 [A-Za-z0-9+/]+=* it's mine$", lines[^1]);
            Assert.Empty(folder.EnumerateFileSystemInfos());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
