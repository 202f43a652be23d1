using System.Net;
using Microsoft.Extensions.Logging;

namespace MySqlHa.Ring;

/// <summary>What all connections of one transport share.</summary>
/// <param name="Source">The address that outgoing connections come from.</param>
/// <param name="Quiet">How long one of them is kept with nothing to send.</param>
internal sealed record LinkContext(
    IPAddress Source,
    TimeSpan Quiet,
    RingHandshake Handshake,
    IRingReceiver Receiver,
    RingCounters Counters,
    RefusalBook Refusals,
    ILogger Logger);
