using System.Net;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Ring;

/// <summary>What the ring says in the log: ids 2000 to 2099.</summary>
internal static partial class RingLog
{
    /// <summary>What to do about a refusal, if it is one of our own nodes that was refused.</summary>
    public static string IfRotated(RingKeys keys) =>
        $"this node uses {keys}; {IfOtherKey}";

    public const string IfOtherKey = "if that one is ours, one of the two missed a step of a rotation: compare 'mysqlha ring show' on both";

    [LoggerMessage(2000, LogLevel.Information, "Ring listened on {Address} (udp and tcp) with key {Key}")]
    public static partial void Listened(ILogger logger, IPEndPoint address, string key);

    [LoggerMessage(2001, LogLevel.Information, "Link to {Peer} at {Address} was made")]
    public static partial void LinkMade(ILogger logger, NodeId peer, IPEndPoint address);

    [LoggerMessage(2002, LogLevel.Information, "Link to {Peer} at {Address} was lost: {Reason}")]
    public static partial void LinkLost(ILogger logger, NodeId peer, IPEndPoint address, string reason);

    [LoggerMessage(2003, LogLevel.Debug, "Link from {Peer} at {Address} was accepted")]
    public static partial void LinkAccepted(ILogger logger, NodeId peer, IPEndPoint address);

    [LoggerMessage(2004, LogLevel.Debug, "Link from {Peer} at {Address} ended: {Reason}")]
    public static partial void LinkEnded(ILogger logger, NodeId peer, IPEndPoint address, string reason);

    [LoggerMessage(2005, LogLevel.Information, "Ring uses key {Keys} from now on")]
    public static partial void KeysTaken(ILogger logger, RingKeys keys);

    [LoggerMessage(2010, LogLevel.Warning, "Ring refused {Remote} ({Reason}): {Sentence}; not logged again for {Minutes} minutes")]
    public static partial void Refused(ILogger logger, IPAddress remote, RingRefusal reason, string sentence, int minutes);

    [LoggerMessage(2011, LogLevel.Warning, "Ring refused so many addresses that it only counts further ones for {Minutes} minutes")]
    public static partial void RefusalsOnlyCounted(ILogger logger, int minutes);

    [LoggerMessage(2020, LogLevel.Warning, "Address {Host}:{Port} of {Peer} cannot be sent to: {Reason}")]
    public static partial void AddressUnusable(ILogger logger, string peer, string host, int port, string reason);

    [LoggerMessage(2021, LogLevel.Error, "Receiver failed on a message from {Remote}")]
    public static partial void ReceiverFailed(ILogger logger, Exception error, IPEndPoint remote);

    [LoggerMessage(2022, LogLevel.Warning, "Ring could not accept a connection: {Reason}")]
    public static partial void AcceptFailed(ILogger logger, string reason);
}
