using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;

namespace MySqlHa.Api;

/// <summary>Who may read, who may change, and what the API shows itself by. Files are read again when they change.</summary>
public sealed record AccessOptions
{
    /// <summary>The tokens that every node of the ring takes, as admin, one of each key. Replaced by <see cref="ApiServer.UseRing"/>.</summary>
    public ImmutableArray<string> RingTokens { get; init; } = [];

    /// <summary>See <see cref="TokenFile"/>; null: no tokens but the ring's.</summary>
    public string? TokensPath { get; init; }

    /// <summary>Who reads needs a token too, but for the checks of load balancers.</summary>
    public bool ReadNeedsToken { get; init; }

    /// <summary>Nothing is answered in plain but the checks of load balancers.</summary>
    public bool TlsRequired { get; init; }

    /// <summary>With its private key; null: no TLS without files.</summary>
    public X509Certificate2? RingCertificate { get; init; }

    /// <summary>Who asks for this name in the handshake is shown <see cref="RingCertificate"/>, whatever the files hold.</summary>
    public string RingServerName { get; init; } = "";

    /// <summary>PEM, the chain behind the certificate; null: the ring's.</summary>
    public string? CertificatePath { get; init; }

    /// <summary>PEM.</summary>
    public string? KeyPath { get; init; }

    /// <summary>Told what is wrong with a file, in a sentence; empty: nothing is any more.</summary>
    public Action<string> OnProblem { get; init; } = _ => { };
}
