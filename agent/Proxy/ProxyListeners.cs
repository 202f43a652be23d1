namespace MySqlHa.Proxy;

/// <summary>The two listening sockets by their numbers.</summary>
internal sealed record ProxyListeners(int ReadWrite, int ReadOnly);
