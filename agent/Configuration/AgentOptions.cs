using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using MySqlHa.Cluster;

namespace MySqlHa.Configuration;

/// <summary>
/// Everything an agent is told before it starts; what can be derived is derived. Made by <see cref="AgentOptionsFile"/>,
/// which checks each value and how they relate; what only the machine knows is checked by <see cref="StartChecks"/>.
/// </summary>
public sealed record AgentOptions
{
    /// <summary>Habitat's group: the second half of <c>mysql.production</c>. Default: <c>default</c>.</summary>
    public required string Group { get; init; }

    public Topology Topology { get; init; }

    /// <summary>For people; default: the host name. An id, not the name, says who a node is.</summary>
    public required string Name { get; init; }

    /// <summary>The IP address of this node: where it listens and where the others find it.</summary>
    public required string Listen { get; init; }

    /// <summary>Where the API listens; default: <see cref="Listen"/>.</summary>
    public required string HttpListen { get; init; }

    public NodePorts Ports { get; init; } = new();

    /// <summary>Null: this node offers clients no address.</summary>
    public ProxySettings? Proxy { get; init; }

    public ApiSettings Api { get; init; } = new();

    /// <summary>Absolute. All the agent writes is below it: MySQL's data, the Raft log, secrets, archives.</summary>
    public required string Data { get; init; }

    /// <summary>
    /// Nodes to greet first; the rest is heard by gossip. Never this node; in the order given. Empty: it waits to be added, or is alone.
    /// </summary>
    public required ImmutableArray<PeerAddress> Peers { get; init; }

    /// <summary>Absolute path of the ring key, the same on every node.</summary>
    public required string RingKeyPath { get; init; }

    /// <summary>How many nodes vote: 3, 5 or 7. Default: 3. Says nothing while <see cref="Topology"/> is standalone.</summary>
    public int Voters { get; init; } = 3;

    public Timing Timing { get; init; } = Timing.Lan;

    /// <summary>Absolute path of mysqld; null: the one in PATH (<see cref="StartChecks.FindMysqld"/>).</summary>
    public string? Mysqld { get; init; }

    /// <summary>Whether a data directory that has data of its own may be taken over. Default: no.</summary>
    public bool Adopt { get; init; }

    public Durability Durability { get; init; }

    public GuardOwner Guard { get; init; }

    /// <summary>More settings for mysqld, names with underscores; never one that the agent sets itself.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>The account that is made for applications. Default: <c>app</c>.</summary>
    public string ClientUser { get; init; } = "app";

    /// <summary>What an operator wants of this node, as among others. Default: nothing.</summary>
    public NodeTags Tags { get; init; } = NodeTags.None;

    /// <summary>Null: no hooks.</summary>
    public HookSettings? Hooks { get; init; }

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>Who is told of events, over HTTP.</summary>
    public ImmutableArray<WebhookSettings> Webhooks { get; init; } = [];

    /// <summary>Where traces go to; null: nowhere.</summary>
    public TelemetrySettings? Telemetry { get; init; }

    public ServiceGroup ServiceGroup => new(Group);

    /// <summary>Where the others reach this node.</summary>
    public NodeAddress Address => new(Listen, Ports.Ring, Ports.Http, Ports.Mysql);

    /// <summary>MySQL's data directory.</summary>
    public string MysqldDirectory => Path.Combine(Data, "mysql");

    /// <summary>Node id, Raft log, promises, passwords.</summary>
    public string StateDirectory => Path.Combine(Data, "state");

    /// <summary>Sockets and pid files: worth nothing after a restart of the machine.</summary>
    public string RunDirectory => Path.Combine(Data, "run");

    /// <summary>Transactions that had to be undone.</summary>
    public string ArchiveDirectory => Path.Combine(Data, "archive");

    /// <summary>Option file with account and password of <see cref="ClientUser"/>, for <c>mysql --defaults-file=</c>.</summary>
    public string ClientFile => Path.Combine(Data, "client.cnf");

    /// <summary>The same of the account that installs elections, and owns their schema.</summary>
    public string ElectionFile => Path.Combine(Data, "election.cnf");
}
