using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// The tokens in force. The file is looked at whenever a token comes, so that one that was taken out is refused at once; what cannot be
/// read leaves those in force that were. Any thread may call.
/// </summary>
internal sealed class TokenBook(AccessOptions options)
{
    /// <summary>Bytes; one that is longer is no file of tokens.</summary>
    private const int LongestFile = 256 * 1024;
    private const int LongestToken = 256;

    private readonly Lock _gate = new();
    private ImmutableArray<TokenEntry> _ring = OfRing(options.RingTokens);

    private byte[] _read = [];
    private ImmutableArray<TokenEntry> _fromFile = [];

    /// <summary>What is wrong with the file; empty: nothing.</summary>
    public string Problem { get; private set; } = "";

    /// <summary>From here on these are the ring's tokens, one of each key that is accepted.</summary>
    public void UseRing(IEnumerable<string> tokens)
    {
        lock (_gate)
        {
            _ring = OfRing(tokens);
        }
    }

    /// <summary>Whose token it is; null: nobody's. Takes as long for one as for the other.</summary>
    public TokenEntry? Find(string token)
    {
        var entries = Current();
        if (token.Length is 0 or > LongestToken)
        {
            return null;
        }

        var digest = TokenText.Digest(token);
        TokenEntry? found = null;
        foreach (var entry in entries)
        {
            found = CryptographicOperations.FixedTimeEquals(entry.Sha256, digest) ? entry : found;
        }

        return found;
    }

    /// <summary>Reads the file again.</summary>
    public ImmutableArray<TokenEntry> Current()
    {
        lock (_gate)
        {
            if (options.TokensPath is not { } path)
            {
                return _ring;
            }

            try
            {
                var bytes = FilePiece.Read(path, LongestFile);
                if (!bytes.AsSpan().SequenceEqual(_read) || Problem.Length > 0)
                {
                    _fromFile = TokenFile.Parse(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes));
                    (_read, Problem) = (bytes, "");
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException or DecoderFallbackException)
            {
                var why = e is DecoderFallbackException ? "it is no text" : e.Message;
                Problem = $"the tokens in {path} are not taken ({why}); {_fromFile.Length} from before are in force, and the ring's";
            }

            return [.. _ring, .. _fromFile];
        }
    }

    private static ImmutableArray<TokenEntry> OfRing(IEnumerable<string> tokens) =>
        [.. tokens.Select(t => new TokenEntry(Caller.Ring, Caller.Admin, TokenText.Digest(t)))];
}
