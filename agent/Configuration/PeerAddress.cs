using System.Globalization;
using System.Net;

namespace MySqlHa.Configuration;

/// <summary>
/// Another node of the ring as an operator names it: an IP address or host name, and its ring port (gossip and ring connections).
/// </summary>
public sealed record PeerAddress(string Host, int Port)
{
    /// <summary>Reads <c>10.0.0.12</c>, <c>db2:9638</c>, <c>fd00::2</c> and <c>[fd00::2]:9638</c>; without a port: the one given.</summary>
    public static bool TryParse(string text, int defaultPort, out PeerAddress? peer)
    {
        peer = null;
        var (host, port) = Split(text, defaultPort);
        var isHost = Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6;
        if (port is < 1 or > 65535 || !isHost || IsNumbersButNoAddress(host))
        {
            return false;
        }

        peer = new PeerAddress(host, port);
        return true;
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    private static (string Host, int Port) Split(string text, int defaultPort)
    {
        if (IPAddress.TryParse(text, out _) && !text.StartsWith('['))
        {
            return (text, defaultPort);
        }

        if (text.StartsWith('['))
        {
            var end = text.IndexOf(']', StringComparison.Ordinal);
            return end < 0 ? ("", 0) : (text[1..end], end == text.Length - 1 ? defaultPort : PortIn(text[(end + 1)..]));
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (text, defaultPort) : (text[..colon], PortIn(text[colon..]));
    }

    private static int PortIn(string colonAndPort) =>
        colonAndPort.StartsWith(':') && int.TryParse(colonAndPort.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            ? port
            : 0;

    // "10.0.0.300" and "10.0.1" pass for DNS names; nobody means them so.
    private static bool IsNumbersButNoAddress(string host) =>
        host.All(c => char.IsAsciiDigit(c) || c == '.') && (!IPAddress.TryParse(host, out var ip) || ip.ToString() != host);
}
