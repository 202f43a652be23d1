using System.Buffers.Binary;

namespace MySqlHa.Proxy;

/// <summary>
/// How far a client may log in with a leader that is not writable yet. Setting up TLS and an account costs milliseconds, which pass while
/// the leader changes; but a client that is logged in would send a statement, and have it refused. So the server's last word of the
/// login is kept back until it is writable. That word cannot come before the client has said who it is: in its first message, or, where
/// that asks for TLS, in what it says when the keys are agreed. Of what the server says then all is passed on that cannot be that word: a
/// server that does not know an account's password by heart asks for it, and takes milliseconds to compute its hash. In a switchover,
/// where the next leader lacks nothing, that word is passed on too, and the client's first statement is what waits: it stands before the
/// door when that opens.
/// </summary>
/// <param name="announced">It is with the successor of a switchover.</param>
internal sealed class EarlyLogin(bool announced)
{
    /// <summary>Bytes; a server that says more before a client is logged in says nothing of ours.</summary>
    private const int MostKept = 16 * 1024;

    // https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html
    private const int RequestLength = 32;
    private const uint ClientSsl = 0x800;
    private const int PacketHead = 4;
    private const byte Ok = 0;

    // RFC 8446, 5.1: what is not of these is no TLS; and of encrypted records all that says what is in them is how long they are.
    private const int RecordHead = 5;
    private const byte FirstRecordType = 20;
    private const byte LastRecordType = 24;
    private const byte ChangeCipher = 20;
    private const byte Handshake = 22;
    private const byte ApplicationData = 23;

    // A packet of two bytes behind its head ("send me the password", "I know it by heart"), the type of what is in the record, and the
    // seal of each cipher that MySQL takes (tls_ciphersuites). The shortest packet that ends a login has five bytes more.
    private const int LongestAside = PacketHead + 2 + 1 + 16;

    // "Finished" of TLS 1.3, with the hash of each cipher that MySQL takes: its head, that hash, and as above. Who a client is takes more.
    private const int ShortFinished = 4 + 32 + 1 + 16;
    private const int LongFinished = 4 + 48 + 1 + 16;

    private byte[] _kept = [];
    private byte[] _begun = []; // what the client said first
    private bool _clientSpoke;
    private bool _tls;
    private int _rest; // of the client's record that its last message broke off in
    private byte _before; // the type of its last one
    private Told _told;

    /// <summary>What the server says from here on may end the login.</summary>
    public bool Weighs { get; private set; }

    /// <summary>The server wants to say something: whether it is listened to.</summary>
    public bool Listens => _kept.Length < MostKept;

    /// <summary>How far a client is that asks for TLS.</summary>
    private enum Told
    {
        Nothing,

        /// <summary>What is sealed, and not the end of its handshake as we know it: a certificate, or who knows.</summary>
        Sealed,
        Finished,
        WhoItIs,
    }

    /// <summary>
    /// The client may be logged in: what it says now may be a statement, and waits with it. What a server says behind the handshake of
    /// TLS 1.3 (tickets) comes before the client has told who it is. Where the end of that handshake is not seen, a login waits too.
    /// </summary>
    public bool HoldsClient => announced && _kept.Length > 0 && (!_tls || _told is Told.Sealed or Told.WhoItIs);

    /// <param name="said">What came of it at once.</param>
    public void ClientSpoke(ReadOnlySpan<byte> said)
    {
        if (!_clientSpoke)
        {
            _begun = [.. _begun, .. said];
            said = _begun;
            if (IsCut(said))
            {
                return;
            }

            (_clientSpoke, _tls) = (true, AsksForTls(said));
            said = _tls ? said[(PacketHead + RequestLength)..] : said;
        }

        Weighs |= !_tls || HasData(said);
    }

    /// <summary>The server said something that may end the login.</summary>
    /// <returns>What the client may hear now, of this and of what it has not heard yet.</returns>
    public ReadOnlyMemory<byte> Weigh(ReadOnlySpan<byte> said)
    {
        byte[] all = [.. _kept, .. said];
        var passes = _tls ? Records(all) : Packets(all);
        _kept = all[passes..];
        return announced ? all.AsMemory(all.Length - said.Length) : all.AsMemory(0, passes);
    }

    /// <summary>What the server said and the client has not heard yet: it is to hear it now.</summary>
    public ReadOnlyMemory<byte> TakeKept()
    {
        var kept = announced ? [] : _kept;
        _kept = [];
        return kept;
    }

    /// <summary>The server has ended: what of its kept words may say why. A "welcome" does not: it is no more meant.</summary>
    /// <param name="lately">It has ended with the newest of them: of what is sealed there is no other sign that it is a refusal.</param>
    public ReadOnlyMemory<byte> TakeRefusal(bool lately)
    {
        var kept = TakeKept();
        return (_tls ? lately : kept.Length > PacketHead && kept.Span[PacketHead] != Ok) ? kept : default;
    }

    /// <summary>
    /// A record with another one behind it is not the last, as no client sends a statement before it is welcome; nor is one that is too
    /// short.
    /// </summary>
    private static int Records(ReadOnlySpan<byte> said)
    {
        var passes = 0;
        while (said.Length - passes >= RecordHead && said[passes] is >= FirstRecordType and <= LastRecordType)
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(said[(passes + 3)..]);
            var end = passes + RecordHead + length;
            if (end > said.Length || (said[passes] == ApplicationData && length > LongestAside && end == said.Length))
            {
                break;
            }

            passes = end;
        }

        return passes;
    }

    /// <summary>Whether there is anything in what a client says but the making of keys. (TLS 1.3 seals the last of that too.)</summary>
    private bool HasData(ReadOnlySpan<byte> said)
    {
        var data = false;
        var at = Math.Min(_rest, said.Length);
        _rest -= at;
        while (at < said.Length)
        {
            if (said.Length - at < RecordHead || said[at] is < FirstRecordType or > LastRecordType)
            {
                _told = Told.WhoItIs;
                return true;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(said[(at + 3)..]);
            data |= said[at] == ApplicationData;
            _told = said[at] switch
            {
                ApplicationData when _told == Told.Finished => Told.WhoItIs,
                ApplicationData when _told < Told.Finished => length is ShortFinished or LongFinished ? Told.Finished : Told.Sealed,

                // TLS 1.2 does not call the sealed end of its handshake data, and TLS 1.3 may greet a second time there.
                Handshake when _before == ChangeCipher && !IsHello(said[(at + RecordHead)..], length) => Told.Finished,
                _ => _told,
            };
            _before = said[at];
            var end = at + RecordHead + length;
            (at, _rest) = (Math.Min(end, said.Length), Math.Max(end - said.Length, 0));
        }

        return data;
    }

    /// <summary>Of a client, not sealed: its kind, and its length as the record has it (RFC 8446, 4).</summary>
    private static bool IsHello(ReadOnlySpan<byte> content, int length) =>
        content.Length >= 4 && (BinaryPrimitives.ReadUInt32BigEndian(content) ^ (1U << 24)) == length - 4;

    private static int Packets(ReadOnlySpan<byte> said)
    {
        var passes = 0;
        while (said.Length - passes > PacketHead)
        {
            var length = said[passes] | (said[passes + 1] << 8) | (said[passes + 2] << 16);
            var end = passes + PacketHead + length;
            if (length == 0 || end > said.Length || said[passes + PacketHead] == Ok)
            {
                break;
            }

            passes = end;
        }

        return passes;
    }

    /// <summary>The rest of what may be a request for TLS is on its way.</summary>
    private static bool IsCut(ReadOnlySpan<byte> said) =>
        said.Length < PacketHead || (said.Length < PacketHead + RequestLength && said[..PacketHead].SequenceEqual("\x20\0\0\x01"u8));

    private static bool AsksForTls(ReadOnlySpan<byte> said) => said.Length >= PacketHead + RequestLength
        && said[0] == RequestLength && said[1] == 0 && said[2] == 0 && said[3] == 1
        && (BinaryPrimitives.ReadUInt32LittleEndian(said[PacketHead..]) & ClientSsl) != 0;
}
