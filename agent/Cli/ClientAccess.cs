using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Ring;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>
/// By what a command shows who asks, and knows who answers. With the ring's key at hand it needs nothing else: the ring's token derives
/// from it, and every node's own certificate is known by it. A token never goes over a wire in plain, nor to who does not prove itself.
/// </summary>
internal sealed class ClientAccess
{
    public const string Variable = "MYSQLHA_TOKEN";
    private const int LongestToken = 256;

    private readonly RingKeys? _key;
    private readonly X509Certificate2Collection? _authorities;
    private readonly bool _plain;

    private ClientAccess(RingKeys? key, string? token, X509Certificate2Collection? authorities, bool plain) =>
        (_key, Token, _authorities, _plain) = (key, plain ? null : token ?? key?.First.ApiToken, authorities, plain);

    /// <summary>Null: none is known.</summary>
    public string? Token { get; }

    /// <summary>The last server's certificate was not taken.</summary>
    public bool TurnedAway { get; private set; }

    /// <summary>Throws <see cref="ClientException"/> where a file that was named cannot be used.</summary>
    public static ClientAccess Of(
        string? tokenFile, string? authorityFile, string? keyFile, bool plain, IReadOnlyList<PeerAddress> addresses)
    {
        var token = tokenFile is null ? Environment.GetEnvironmentVariable(Variable) : FirstLine(tokenFile);
        if (token is not null && (token.Length is 0 or > LongestToken || !token.All(c => c is > ' ' and <= '~')))
        {
            var where = tokenFile is null ? Variable : $"--token-file {tokenFile}";
            throw new ClientException(ExitCodes.Usage, $"{where} holds no token: one line as 'mysqlha token new' prints it");
        }

        return new ClientAccess(KeyOf(keyFile, addresses), token, authorityFile is null ? null : Authorities(authorityFile), plain);
    }

    /// <summary>Over TLS wherever it can be known who answers; in plain where nothing is secret.</summary>
    public Uri UrlOf(PeerAddress address, string path)
    {
        var loopback = IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip);
        var tls = !_plain && (_key is not null || _authorities is not null || (Token is not null && !loopback));
        return new Uri($"{(tls ? "https" : "http")}://{address}/{path}");
    }

    /// <summary>The server to ask for in the handshake, so that it shows what the ring's key knows; null: the one of the address.</summary>
    public string? ServerName => _key is not null && _authorities is null ? ApiCertificate.ServerName : null;

    public SslClientAuthenticationOptions Tls() => new()
    {
        RemoteCertificateValidationCallback = (_, shown, sent, errors) =>
        {
            TurnedAway = !IsTaken(shown as X509Certificate2, sent, errors);
            return !TurnedAway;
        },
    };

    private bool IsTaken(X509Certificate2? shown, X509Chain? sent, SslPolicyErrors errors)
    {
        if (shown is null)
        {
            return false;
        }

        if (_key is not null && _authorities is null)
        {
            return _key.Vouches(shown);
        }

        if (errors == SslPolicyErrors.None || _authorities is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
        {
            return errors == SslPolicyErrors.None;
        }

        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(_authorities);
        foreach (var between in sent?.ChainElements.ToArray() ?? [])
        {
            _ = chain.ChainPolicy.ExtraStore.Add(between.Certificate);
        }

        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        return chain.Build(shown);
    }

    /// <summary>That which was named; else that of the configuration that is there; else that of the sandbox that is asked.</summary>
    private static RingKeys? KeyOf(string? named, IReadOnlyList<PeerAddress> addresses)
    {
        try
        {
            if (named is not null)
            {
                return RingKeys.Load(named);
            }
        }
        catch (RingKeyException e)
        {
            throw new ClientException(ExitCodes.Usage, $"--ring-key: {e.Message}");
        }

        // A key that this user may not read is none: looking goes on without it.
        var path = NodeAddresses.File is { } file && KnownNodes.RingKeyOf(file) is { } configured && CanRead(configured) ? configured
            : addresses.Select(a => SandboxPlace.KeyAt(a.Host, SandboxPlace.DefaultHome())).OfType<string>().FirstOrDefault(CanRead);
        try
        {
            return path is null ? null : RingKeys.Load(path);
        }
        catch (RingKeyException)
        {
            return null;
        }
    }

    private static bool CanRead(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }

    private static string FirstLine(string path)
    {
        try
        {
            return (File.ReadLines(path).FirstOrDefault() ?? "").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(ExitCodes.Usage, $"--token-file: '{path}' cannot be read: {FileTrouble.Of(e)}");
        }
    }

    private static X509Certificate2Collection Authorities(string path)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(path);
            return all.Count > 0 ? all : throw new CryptographicException("it holds no certificate");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new ClientException(ExitCodes.Usage, $"--ca: '{path}' cannot be used: {e.Message}");
        }
    }
}
