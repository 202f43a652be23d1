namespace MySqlHa.Infra.Plan;

/// <summary>One thing that may come in.</summary>
/// <param name="Protocol">tcp or udp.</param>
/// <param name="Members">Whether the nodes themselves may.</param>
/// <param name="From">Who else may.</param>
/// <param name="Balancer">Whether the load balancer may, and who comes through it.</param>
public sealed record Opening(
    string Description, string Protocol, int Port, bool Members, IReadOnlyList<Cidr> From, bool Balancer = false);

/// <summary>All that is open, to whom.</summary>
public static class Openings
{
    public static IReadOnlyList<Opening> Of(Settings settings) =>
    [
        new("ssh", "tcp", Ports.Ssh, Members: false, settings.SshFrom),
        new("census", "tcp", Ports.Http, Members: true, settings.CensusFrom, settings.HasLoadBalancer),
        new("ring", "tcp", Ports.Ring, Members: true, settings.RingFrom),
        new("gossip", "udp", Ports.Ring, Members: true, settings.RingFrom),
        new("mysql", "tcp", Ports.Mysql, Members: true, settings.ClientsFrom),
        new("writers", "tcp", Ports.Writers, Members: false, settings.ClientsFrom, settings.HasLoadBalancer),
        new("readers", "tcp", Ports.Readers, Members: false, settings.ClientsFrom, settings.HasLoadBalancer),
    ];

    /// <summary>The same of the load balancer.</summary>
    public static IReadOnlyList<Opening> OfLoadBalancer(Settings settings) =>
    [
        new("writers", "tcp", Ports.Writers, Members: false, settings.ClientsFrom),
        new("readers", "tcp", Ports.Readers, Members: false, settings.ClientsFrom),
    ];

    /// <summary>What an operator should know before the first machine is there.</summary>
    public static IEnumerable<string> Warnings(Settings settings)
    {
        if (settings.SshFrom.Contains(Cidr.Everywhere))
        {
            yield return "ssh is open to the whole internet (keys only): set sshFrom to the networks you log in from";
        }

        if (settings.CensusFrom.Contains(Cidr.Everywhere))
        {
            yield return "the census is open to the whole internet (to read): set censusFrom to the networks that look at it";
        }

        if (settings.ClientsFrom.Contains(Cidr.Everywhere))
        {
            yield return "MySQL is open to the whole internet: set clientsFrom to the networks of your applications";
        }
    }
}
