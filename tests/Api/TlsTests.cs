using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlHa.Api;
using MySqlHa.Ring;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Api;

/// <summary>TLS and plain HTTP on one port.</summary>
public sealed class TlsTests
{
    private static readonly RingKey Key = RingKey.Create("tls");

    private static AccessOptions OfRing() =>
        new() { RingTokens = [Key.ApiToken], RingCertificate = ApiCertificate.Mint(Key, ["127.0.61.10", "db1", "not a name"]) };

    [Fact]
    public async Task One_port_answers_both_and_the_ring_s_key_knows_the_certificate()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, OfRing());
        var (seen, certificate) = await AskAsync(api, "/v1/step-down", HttpMethod.Post, Key.ApiToken);

        Assert.Equal(200, seen);
        Assert.True(Key.Vouches(certificate));
        Assert.False(RingKey.Create("other").Vouches(certificate));
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/leader")).Status);
        Assert.Single(api.Asked);
    }

    /// <summary>As curl with --cacert: by name and authority, dates and all.</summary>
    [Fact]
    public async Task The_ring_s_authority_alone_is_enough_for_others()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, OfRing());
        var (_, shown) = await AskAsync(api, "/v1/cluster", HttpMethod.Get, null);
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.ImportFromPem(Key.AuthorityPem);
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        Assert.True(chain.Build(shown), string.Join("; ", chain.ChainStatus.Select(s => s.StatusInformation)));
        Assert.True(shown.MatchesHostname("127.0.61.10"));
        Assert.True(shown.MatchesHostname("db1"));
        Assert.False(shown.MatchesHostname("db2"));
        Assert.DoesNotContain("PRIVATE", Key.AuthorityPem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_TLS_is_required_only_load_balancers_are_answered_in_plain()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, OfRing() with { TlsRequired = true });
        Assert.Equal(200, (await AskAsync(api, "/view", HttpMethod.Get, null)).Status);
        Assert.Equal(200, (await api.SendAsync(HttpMethod.Get, "/leader")).Status);
        var (status, body, _) = await api.SendAsync(HttpMethod.Get, "/view");
        Assert.Equal(403, status);
        Assert.Contains("tls-required", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_of_one_s_own_is_read_again_and_a_broken_one_leaves_the_last_in_force()
    {
        using var directory = new TemporaryDirectory();
        var told = new List<string>();
        var options = OfRing() with
        {
            CertificatePath = directory.File("api.crt"),
            KeyPath = directory.File("api.key"),
            RingServerName = ApiCertificate.ServerName,
            OnProblem = told.Add,
        };
        var first = Write(directory, "first");
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, options);
        Assert.Equal(first, await ThumbprintAsync(api));

        Assert.True(Key.Vouches((await AskAsync(api, "/leader", HttpMethod.Get, null, ApiCertificate.ServerName)).Shown));

        var second = Write(directory, "second");
        await UntilAsync(async () => await ThumbprintAsync(api) == second);

        File.WriteAllText(options.CertificatePath!, "nonsense");
        await UntilAsync(() => Task.FromResult(told.Count == 1));
        Assert.Contains("in force is the one from before", told[0], StringComparison.Ordinal);
        Assert.Equal(second, await ThumbprintAsync(api));

        var third = Write(directory, "third");
        await UntilAsync(async () => await ThumbprintAsync(api) == third);
        Assert.Equal("", told[^1]);
    }

    [Fact]
    public async Task A_certificate_that_cannot_be_used_at_the_start_leaves_the_ring_s()
    {
        using var directory = new TemporaryDirectory();
        _ = Write(directory, "one");
        var key = File.ReadAllText(directory.File("api.key"));
        _ = Write(directory, "another");
        File.WriteAllText(directory.File("api.key"), key);
        var told = new List<string>();
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByLeader, OfRing() with
        {
            CertificatePath = directory.File("api.crt"), KeyPath = directory.File("api.key"), OnProblem = told.Add,
        });
        Assert.True(Key.Vouches((await AskAsync(api, "/view", HttpMethod.Get, null)).Shown));
        Assert.Contains("in force is the ring's own", Assert.Single(told), StringComparison.Ordinal);
    }

    private static string Write(TemporaryDirectory directory, string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var made = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        File.WriteAllText(directory.File("api.key"), key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(directory.File("api.crt"), made.ExportCertificatePem());
        return made.Thumbprint;
    }

    private static async Task UntilAsync(Func<Task<bool>> condition)
    {
        for (var until = DateTime.UtcNow.AddSeconds(20); !await condition();)
        {
            Assert.True(DateTime.UtcNow < until, "it did not come about within 20 s");
            await Task.Delay(50);
        }
    }

    private static async Task<string> ThumbprintAsync(RunningApi api) => (await AskAsync(api, "/leader", HttpMethod.Get, null)).Shown.Thumbprint;

    private static async Task<(int Status, X509Certificate2 Shown)> AskAsync(
        RunningApi api, string path, HttpMethod method, string? token, string? name = null)
    {
        X509Certificate2? shown = null;
        using var client = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            SslOptions =
            {
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    shown = X509CertificateLoader.LoadCertificate(certificate!.GetRawCertData());
                    return shown.RawDataMemory.Length > 0;
                },
            },
        });
        using var request = new HttpRequestMessage(method, new Uri($"https://{api.Address.Authority}{path}"));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        request.Headers.Host = name;
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, shown!);
    }
}
