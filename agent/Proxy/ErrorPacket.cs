using System.Buffers.Binary;
using System.Text;

namespace MySqlHa.Proxy;

/// <summary>
/// What a client reads in place of a server's greeting: MySQL's error packet, without SQL state, as servers send it before they know
/// what the client can (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_basic_err_packet.html).
/// </summary>
internal static class ErrorPacket
{
    /// <summary>ER_CON_COUNT_ERROR: what drivers know as "try later".</summary>
    public const ushort TooManyConnections = 1040;

    /// <summary>CR_CONN_HOST_ERROR, as MySQL Router says it.</summary>
    public const ushort CannotConnect = 2003;

    public static byte[] Of(ushort code, string text)
    {
        var packet = new byte[7 + Encoding.UTF8.GetByteCount(text)];
        var length = packet.Length - 4;
        (packet[0], packet[1], packet[2], packet[4]) = ((byte)length, (byte)(length >> 8), (byte)(length >> 16), 0xff);
        BinaryPrimitives.WriteUInt16LittleEndian(packet.AsSpan(5), code);
        _ = Encoding.UTF8.GetBytes(text, packet.AsSpan(7));
        return packet;
    }
}
