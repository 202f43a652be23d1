using System.Buffers.Binary;

namespace MySqlHa.Proxy;

/// <summary>
/// How far a client may log in with a leader that is not writable yet. Setting up TLS and an account costs milliseconds, which pass while
/// the leader changes; but a client that is logged in would send a statement, and have it refused. So the server's last word of the
/// login is kept back until it is writable. That word cannot be in what the server says first (its greeting), nor, where the client then
/// asked for TLS, in what it says next (its half of the handshake): before, it knows neither account nor password.
/// </summary>
internal sealed class EarlyLogin
{
    // https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_ssl_request.html
    private const int RequestLength = 32;
    private const uint ClientSsl = 0x800;
    private int _turns;
    private int _allowed = 1;
    private bool _clientSpoke;

    /// <summary>The server wants to say something: whether the client may hear it now.</summary>
    public bool MayHear => _turns == 0 || !_clientSpoke || _turns < _allowed;

    /// <summary>The server said something.</summary>
    public void ServerSpoke()
    {
        _turns += _turns == 0 || _clientSpoke ? 1 : 0;
        _clientSpoke = false;
    }

    /// <param name="said">What came of it at once.</param>
    public void ClientSpoke(ReadOnlySpan<byte> said)
    {
        if (_turns == 1 && !_clientSpoke && AsksForTls(said))
        {
            _allowed = 2;
        }

        _clientSpoke = true;
    }

    private static bool AsksForTls(ReadOnlySpan<byte> said) => said.Length >= 4 + RequestLength
        && said[0] == RequestLength && said[1] == 0 && said[2] == 0 && said[3] == 1
        && (BinaryPrimitives.ReadUInt32LittleEndian(said[4..]) & ClientSsl) != 0;
}
