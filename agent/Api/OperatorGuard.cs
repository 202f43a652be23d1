using System.Net;
using Microsoft.AspNetCore.Http;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>
/// Who may ask the cluster to do something, until there are tokens: callers on this machine and on members' addresses, with a request
/// that no other site can make a browser send. A name that was made to resolve to this address (DNS rebinding) is no way in either.
/// </summary>
internal static class OperatorGuard
{
    public const string Header = "X-MySqlHa";

    /// <summary>Null: may ask. Else the status and why not.</summary>
    public static (int Status, Reason Reason)? Against(HttpContext context, ClusterView view)
    {
        var request = context.Request;
        if (!IsKnown(context.Connection.RemoteIpAddress, view))
        {
            return (403, new Reason(
                "caller-not-known",
                $"only this machine and members of the ring may ask; {context.Connection.RemoteIpAddress} is neither"));
        }

        if (!IsOwnHost(request.Host.Host, view) || (request.Headers.Origin is [{ } origin, ..] && origin != $"http://{request.Host}"))
        {
            return (403, new Reason("other-site", "the request comes from a page of another site"));
        }

        if (request.Headers[Header] != "1")
        {
            return (403, new Reason("header-missing", $"the header '{Header}: 1' is missing"));
        }

        return request.GetTypedHeaders().ContentType?.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase) == true
            ? null
            : (415, new Reason("not-json", "the content type has to be application/json"));
    }

    private static bool IsKnown(IPAddress? remote, ClusterView view)
    {
        if (remote is null)
        {
            return false;
        }

        var ip = remote.IsIPv4MappedToIPv6 ? remote.MapToIPv4() : remote;
        return IPAddress.IsLoopback(ip) || view.Members.Any(m => IPAddress.TryParse(m.Address.Host, out var member) && member.Equals(ip));
    }

    private static bool IsOwnHost(string host, ClusterView view) =>
        IPAddress.TryParse(host.Trim('[', ']'), out _)
        || host.Equals("localhost", StringComparison.OrdinalIgnoreCase)
        || view.Members.Any(m => host.Equals(m.Name, StringComparison.OrdinalIgnoreCase)
            || host.Equals(m.Address.Host, StringComparison.OrdinalIgnoreCase));
}
