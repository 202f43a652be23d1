using System.Runtime.Versioning;
using MySqlHa.Configuration;
using Xunit;

namespace MySqlHa.Tests.Configuration;

[SupportedOSPlatform("linux")]
public sealed class StartChecksTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysqlha-start-checks-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public void A_node_whose_address_key_and_mysqld_are_here_may_start() => Assert.Empty(StartChecks.Problems(Options()));

    [Fact]
    public void An_address_of_another_machine_is_refused()
    {
        // 192.0.2.0/24 belongs to documentation and to no machine.
        var problems = StartChecks.Problems(Options() with { Listen = "192.0.2.7", HttpListen = "192.0.2.8" });

        Assert.Equal(["listen", "http-listen"], problems.Select(p => p.Key));
        Assert.Contains("'192.0.2.7' is no address of this machine", problems[0].ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_key_and_a_mysqld_that_are_not_there_are_named()
    {
        var problems = StartChecks.Problems(Options() with { RingKeyPath = $"{_directory}/no.key", Mysqld = $"{_directory}/no-mysqld" });

        Assert.Equal([("ring-key", $"{_directory}/no.key"), ("mysqld", $"{_directory}/no-mysqld")], problems.Select(p => (p.Key, p.Value)));
    }

    [Fact]
    public void A_mysqld_that_may_not_be_run_is_refused()
    {
        var options = Options();
        File.SetUnixFileMode(options.Mysqld!, UnixFileMode.UserRead);

        Assert.Equal("mysqld", Assert.Single(StartChecks.Problems(options)).Key);
    }

    [Fact]
    public void A_secret_that_others_can_read_or_that_is_none_is_refused()
    {
        var file = Path.Combine(_directory, "hook.secret");
        var options = Options() with { Webhooks = [new WebhookSettings(new Uri("http://a/"), [], file)] };
        Assert.Contains("does not exist", Assert.Single(StartChecks.Problems(options)).Wrong, StringComparison.Ordinal);

        File.WriteAllText(file, "0123456789abcdef");
        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.OtherRead);
        Assert.Contains("others", Assert.Single(StartChecks.Problems(options)).Wrong, StringComparison.Ordinal);

        File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        Assert.Empty(StartChecks.Problems(options));
        File.WriteAllText(file, "short");
        Assert.Equal("webhooks[0].secret-file", Assert.Single(StartChecks.Problems(options)).Key);
    }

    private AgentOptions Options()
    {
        var key = Path.Combine(_directory, "ring.key");
        var mysqld = Path.Combine(_directory, "mysqld");
        File.WriteAllText(key, "");
        File.WriteAllText(mysqld, "");
        File.SetUnixFileMode(mysqld, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return AgentOptionsFile.Read(
            $"{{listen: 127.0.61.1, data: {_directory}, ring-key: {key}, mysqld: {mysqld}, peers: [127.0.61.2]}}",
            Path.Combine(_directory, "agent.yaml"),
            new Dictionary<string, IReadOnlyList<string>>());
    }
}
