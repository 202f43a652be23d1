using Microsoft.Extensions.Logging;

namespace MySqlHa.Proxy;

/// <summary>What the proxy logs: 4300 to 4399.</summary>
internal static partial class ProxyLog
{
    [LoggerMessage(4300, LogLevel.Information, "Clients are served on {Host}: {ReadWrite} leads to the leader, {ReadOnly} to followers")]
    public static partial void Listening(ILogger logger, string host, int readWrite, int readOnly);

    [LoggerMessage(4301, LogLevel.Warning,
        "The proxy takes {Possible} clients instead of {Wanted} (proxy.max-connections): this process may not open more files (ulimit -n)")]
    public static partial void FewDescriptors(ILogger logger, int wanted, int possible);

    [LoggerMessage(4302, LogLevel.Error, "The proxy failed, let its clients go and begins anew")]
    public static partial void Broke(ILogger logger, Exception exception);
}
