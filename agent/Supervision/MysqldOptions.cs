using System.Collections.Immutable;

namespace MySqlHa.Supervision;

/// <summary>Everything that decides how this node's one mysqld is run. Paths are absolute.</summary>
public sealed record MysqldOptions
{
    /// <summary>The server program, or a script that execs it.</summary>
    public required string Command { get; init; }

    public required string DataDirectory { get; init; }

    /// <summary>The cluster that a new data directory is made for; empty: not said.</summary>
    public string Cluster { get; init; } = "";

    /// <summary>The node that it is made on; empty: not said.</summary>
    public string Node { get; init; } = "";

    /// <summary>
    /// Our own directory (0700) for socket, my.cnf and the record of the process. The socket's path must stay
    /// under 107 bytes, a limit of the kernel.
    /// </summary>
    public required string RunDirectory { get; init; }

    /// <summary>The address that mysqld listens on, and that it reports to its source.</summary>
    public required string Host { get; init; }

    public int Port { get; init; } = 3306;

    /// <summary>Different on each node and never 0; made from the node's id by the caller. Who holds what is never told by it.</summary>
    public required uint ServerId { get; init; }

    public required string ErrorLog { get; init; }

    /// <summary>
    /// Whether each received transaction is on disk before it is acknowledged (sync_relay_log = 1). Without it a
    /// power cut takes acknowledged transactions out of the relay log; with it about half the commits per second.
    /// </summary>
    public bool SyncRelayLog { get; init; }

    /// <summary>
    /// Silence of a source after which the receiver reconnects, and the longest that it tries to connect: 1 s to 60 s, whole seconds
    /// (MySQL's unit). While it tries, STOP REPLICA waits for it.
    /// </summary>
    public int ReplicaNetTimeoutSeconds { get; init; } = 3;

    /// <summary>Further mysqld settings by name. May not contain those the protocol rests on: see <see cref="MysqldSettings"/>.</summary>
    public ImmutableSortedDictionary<string, string> Settings { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    public string Socket => Path.Combine(RunDirectory, "mysql.sock");

    public string ConfigFile => Path.Combine(RunDirectory, "my.cnf");

    internal string RecordFile => Path.Combine(RunDirectory, "mysqld.json");

    /// <summary>The same options with absolute paths. Throws <see cref="SupervisionException"/> naming the value that cannot be.</summary>
    public MysqldOptions Validated()
    {
        var absolute = this with
        {
            DataDirectory = Absolute(DataDirectory),
            RunDirectory = Absolute(RunDirectory),
            ErrorLog = Absolute(ErrorLog),
        };
        Require(ServerId != 0, "ServerId is 0: mysqld needs a number from 1 to 4294967295.");
        Require(System.Net.IPAddress.TryParse(Host, out _), $"Host '{Host}' is no IP address: mysqld listens on one of this machine's.");
        Require(Port is > 0 and < 65536, $"Port {Port} is not a port: 1 to 65535.");
        Require(ReplicaNetTimeoutSeconds is >= 1 and <= 60, $"ReplicaNetTimeoutSeconds {ReplicaNetTimeoutSeconds} is not within 1 to 60.");
        Require(
            System.Text.Encoding.UTF8.GetByteCount(absolute.Socket) < 107,
            $"The socket's path '{absolute.Socket}' is longer than the 107 bytes that the system allows: choose a shorter run directory.");
        MysqldSettings.Check(Settings);
        return absolute;
    }

    private static string Absolute(string path) => Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));

    private static void Require(bool good, string sentence)
    {
        if (!good)
        {
            throw new SupervisionException(SupervisionError.WrongOptions, sentence);
        }
    }
}
