using System.Security.Cryptography.X509Certificates;
using MySqlHa.Api;
using MySqlHa.Cluster;
using MySqlHa.Ring;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Cli;

/// <summary>By what a command shows who asks, and knows who answers.</summary>
[Collection(CommandLineRun.Collection)]
public sealed class ClientAccessTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RingKey _key = RingKey.Create("cli");

    public ClientAccessTests()
    {
        _key.Save(_directory.File("ring.key"));
        RingKey.Create("other").Save(_directory.File("other.key"));
        File.WriteAllText(_directory.File("ca.pem"), _key.AuthorityPem);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task With_the_ring_key_at_hand_nothing_else_is_needed()
    {
        await using var api = await StartAsync("127.0.61.10");

        var run = await AskAsync(api, "--ring-key", _directory.File("ring.key"));

        run.Expect(0);
        Assert.Equal("ring", Assert.Single(api.Callers).Name);
    }

    [Fact]
    public async Task The_ring_key_does_where_the_node_has_a_certificate_that_nobody_here_knows()
    {
        using var strange = ApiCertificate.Mint(RingKey.Create("other"), ["db1"]);
        File.WriteAllText(_directory.File("api.crt"), strange.ExportCertificatePem());
        File.WriteAllText(_directory.File("api.key"), strange.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, new AccessOptions
        {
            RingTokens = [_key.ApiToken],
            RingCertificate = ApiCertificate.Mint(_key, ["127.0.61.10"]),
            RingServerName = ApiCertificate.ServerName,
            CertificatePath = _directory.File("api.crt"),
            KeyPath = _directory.File("api.key"),
        });

        (await AskAsync(api, "--ring-key", _directory.File("ring.key"))).Expect(0);
        (await AskAsync(api, "--ca", _directory.File("ca.pem"), "--token-file", RunningApi.TokenFile)).Expect(1);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task A_node_of_another_ring_is_told_nothing()
    {
        await using var api = await StartAsync("127.0.61.10");

        var run = await AskAsync(api, "--ring-key", _directory.File("other.key"));

        run.Expect(1);
        Assert.Contains("shows a certificate that is not the ring's", run.Error, StringComparison.Ordinal);
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("127.0.61.10", 0)]
    [InlineData("192.0.2.7", 1)]
    public async Task A_token_and_an_authority_do_as_well_where_the_certificate_names_the_node(string named, int code)
    {
        await using var api = await StartAsync(named);

        var run = await AskAsync(api, "--ca", _directory.File("ca.pem"), "--token-file", RunningApi.TokenFile);

        run.Expect(code);
        Assert.Equal(code == 0 ? 1 : 0, api.Asked.Count);
    }

    [Fact]
    public async Task Without_either_one_may_look_and_a_change_is_refused_by_the_node()
    {
        await using var api = await StartAsync("127.0.61.10");

        (await CommandLineRun.OfAsync("status", "--address", api.Address.Authority)).Expect(0);
        (await CommandLineRun.OfAsync("switchover", "--dry-run", "--address", api.Address.Authority)).Expect(0);
        var run = await AskAsync(api);

        run.Expect(4);
        Assert.Contains("[token-missing]", run.Error, StringComparison.Ordinal);
        Assert.Single(api.Asked);
    }

    [Fact]
    public async Task Who_speaks_no_TLS_gets_no_token_and_can_be_looked_at_in_plain()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader);

        var run = await AskAsync(api, "--ring-key", _directory.File("ring.key"));
        run.Expect(1);
        Assert.Contains("does not speak TLS", run.Error, StringComparison.Ordinal);
        (await CommandLineRun.OfAsync(
            "status", "--plain", "--ring-key", _directory.File("ring.key"), "--address", api.Address.Authority)).Expect(0);
        Assert.Empty(api.Asked);
    }

    [Theory]
    [InlineData("--token-file", "none", "--token-file: '")]
    [InlineData("--token-file", "ca.pem", "holds no token")]
    [InlineData("--ca", "none", "--ca: '")]
    [InlineData("--ring-key", "ca.pem", "--ring-key: ring key ")]
    public async Task A_file_that_cannot_be_used_is_named(string option, string file, string says)
    {
        await using var api = await StartAsync("127.0.61.10");

        var run = await AskAsync(api, option, _directory.File(file));

        run.Expect(2);
        Assert.Contains(says, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_token_is_printed_once_and_its_line_is_taken_by_a_node()
    {
        var run = await CommandLineRun.OfAsync("token", "new", "--name", "anna", "--role", "admin");
        run.Expect(0);
        var (token, line) = (run.Output.Trim(), run.Error.Trim().Split('\n')[^1]);
        Assert.DoesNotContain(token, run.Error, StringComparison.Ordinal);
        File.WriteAllText(_directory.File("tokens"), line + "\n");
        File.WriteAllText(_directory.File("token"), token + "\n");
        await using var api = await RunningApi.StartAsync(
            SampleCluster.SeenByLeader, new AccessOptions { TokensPath = _directory.File("tokens") });

        (await AskAsync(api, "--token-file", _directory.File("token"))).Expect(0);
        Assert.Equal("anna", Assert.Single(api.Callers).Name);
        (await CommandLineRun.OfAsync("token", "new", "--name", "ring")).Expect(2);
        (await CommandLineRun.OfAsync("token", "new", "--name", "x", "--role", "chief")).Expect(2);
    }

    [Fact]
    public async Task The_ring_s_authority_is_printed_and_not_its_key()
    {
        var run = await CommandLineRun.OfAsync("ring", "ca", "--ring-key", _directory.File("ring.key"));
        run.Expect(0);
        Assert.Equal(_key.AuthorityPem, run.Output);
    }

    private async Task<RunningApi> StartAsync(string named)
    {
        await File.WriteAllTextAsync(_directory.File("tokens"), TokenText.Line("file", "admin", RunningApi.Token) + "\n");
        return await RunningApi.StartAsync(SampleCluster.SeenByLeader, new AccessOptions
        {
            RingTokens = [_key.ApiToken],
            TokensPath = _directory.File("tokens"),
            RingCertificate = ApiCertificate.Mint(_key, [named]),
        });
    }

    private static Task<CommandLineRun> AskAsync(RunningApi api, params string[] how) =>
        CommandLineRun.OfAsync(["step-down", "--address", api.Address.Authority, .. how]);
}
