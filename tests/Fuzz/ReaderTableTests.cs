using System.Text.RegularExpressions;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// Every source file of the agent that reads bytes, and what tries it with nonsense. A new reader fails here until it has a row: by the
/// words that reading is written with, so what reads in another way has to be thought of by whoever writes it.
/// </summary>
public sealed partial class ReaderTableTests
{
    /// <summary>Reads what the kernel or this very program wrote, and nobody else can.</summary>
    private const string Trusted = "trusted: ";

    /// <summary>Opens or fills, and leaves what is in it to another.</summary>
    private const string Carries = "carries: ";

    private static readonly Dictionary<string, string[]> Readers = new()
    {
        ["Api/CensusPage"] = [Trusted + "a part of the program"],
        ["Api/OperatorBody"] = ["bodies of operators"],
        ["Api/FilePiece"] = [Carries + "files of people, to TokenFile and to the runtime's PEM reader", "files of tokens", "certificates"],
        ["Api/OperatorDoor"] = [nameof(HttpFuzzTests)],
        ["Api/PipeStream"] = [Carries + "a connection's bytes to TLS"],
        ["Api/RequestBody"] = ["bodies of operators", nameof(HttpFuzzTests)],
        ["Api/TlsOrPlain"] = [nameof(HttpFuzzTests)],
        ["Cli/ClientAccess"] = [Carries + "the first line of a file, to be a token; PEM to the runtime's reader"],
        ["Cli/HistoryCommand"] = ["audits"],
        ["Cli/CensusCommand"] = [Carries + "what ClusterClient read"],
        ["Cli/ServicesCommand"] = ["groups of a ring"],
        ["Cli/ClientOptions"] = [Carries + "what ClusterClient read"],
        ["Cli/ClusterClient"] = [nameof(ClientFuzzTests)],
        ["Cli/Confirmation"] = [Carries + "a line that is typed, held against a name"],
        ["Cli/ConfigCommand"] = [Carries + "a file of people to SettingsFile", "files of settings"],
        ["Cli/DrillCommand"] = [Carries + "the first line of a password file, as it is, to MySQL's driver"],
        ["Cli/TopCommand"] = [Carries + "keys; what a node says is ClusterClient's and ViewReader's"],
        ["Cluster/ViewReader"] = ["views", "events", "answers to operators", "problems", "audits", "groups of a ring"],
        ["Configuration/AgentOptionsFile"] = ["configuration"],
        ["Configuration/KnownNodes"] = ["configuration for clients"],
        ["Consensus/WireRead"] = ["frames between agents"],
        ["Core/NodeCore.Consensus"] = ["commands in the log", nameof(FuzzTests)],
        ["Core/PeerCodec"] = ["frames between agents"],
        ["Cli/ElectionAccount"] = [Carries + "client.cnf to ClientAccount, a password's line to MySQL's driver", "client.cnf"],
        ["Election/ElectionSql"] = [Trusted + "a part of the program"],
        ["Guard/GuardProcess"] = [Carries + "a lock; its lines are LineFile's"],
        ["Guard/LineFile"] = ["lines of guard and agent", "the guard's orders", "the guard's signs"],
        ["Hooks/HookProcess"] = [Carries + "the last line of what a hook wrote, to a person, and as a number at most"],
        ["Membership/GossipCodec"] = ["gossip"],
        ["Membership/GossipJson"] = ["gossip"],
        ["Node/AgentRunner"] = ["checked records"],
        ["Node/AnnouncedFile"] = ["what was told"],
        ["Node/ClientFile"] = [Carries + "its own text, only to see whether it is there"],
        ["Node/LeaseFile"] = ["leases"],
        ["Proxy/ClientProxy"] = [Trusted + "/proc/self/limits"],
        ["Replication/DrillClients"] = [Carries + "rows of MySQL's driver"],
        ["Replication/Greeting"] = [nameof(ClientFuzzTests)],
        ["Replication/Rows"] = [Carries + "rows of MySQL's driver", "GTID sets"],
        ["Ring/DatagramPort"] = [Carries + "datagrams to DatagramOpener", "sealed datagrams"],
        ["Ring/FrameQueue"] = [Carries + "frames that go out"],
        ["Ring/Frames"] = [Carries + "8 MiB at most, from who holds the ring's key, to PeerCodec", "frames between agents"],
        ["Ring/PeerLink"] = [Carries + "nothing: it only waits for the end"],
        ["Ring/PeerListener"] = [Carries + "frames to PeerCodec", "frames between agents"],
        ["Ring/PortHolder"] = [Trusted + "/proc/net"],
        ["Ring/RingHandshake"] = [Carries + "TLS; one byte of welcome is compared"],
        ["Ring/RingKey"] = ["ring keys"],
        ["Ring/RingKeyFile"] = [Carries + "64 KiB at most, to RingKeys", "ring key files"],
        ["Ring/RingTransport"] = [Carries + "the port's loop"],
        ["Sandbox/AgentStart"] = [Carries + "the last lines of a log, to a person"],
        ["Sandbox/CensusClient"] = ["views", "answers to operators"],
        ["Sandbox/ClientAccount"] = ["client.cnf"],
        ["Sandbox/LiveProcess"] = [Trusted + "/proc"],
        ["Sandbox/NetworkPartition"] = [Carries + "what nft or iptables says, to a person"],
        ["Sandbox/SandboxDesk"] = [Carries + "a log, to a person"],
        ["Sandbox/SandboxPlace"] = ["sandboxes"],
        ["Storage/DirectoryLock"] = [Carries + "a lock"],
        ["Storage/DurableFile"] = ["checked records", "ids of nodes"],
        ["Storage/RaftLogFile"] = ["the Raft log"],
        ["Supervision/BinlogArchive"] = [Carries + "logs byte for byte", "binary logs"],
        ["Supervision/BinlogReader"] = [nameof(BinlogFuzzTests), "binary logs"],
        ["Supervision/BinlogRewind"] = [nameof(BinlogFuzzTests), "manifests of archives"],
        ["Supervision/BootClock"] = [Trusted + "the boot's id"],
        ["Supervision/DataDirectory"] = ["auto.cnf", "marks"],
        ["Supervision/DataInUse"] = [Trusted + "/proc; of the tablespace only the lock"],
        ["Supervision/ForeignData"] = ["mysql_upgrade_history", "descriptions of tables"],
        ["Supervision/LinuxProcess"] = [Trusted + "/proc"],
        ["Supervision/MysqldBinary"] = ["mysqld's version"],
        ["Supervision/MysqldErrorLog"] = ["mysqld's error log"],
        ["Supervision/MysqldProcess"] = ["records of processes"],
        ["Supervision/RedoLog"] = ["InnoDB's logs"],
        ["Supervision/SettingsCheck"] = [Carries + "what mysqld --validate-config says, to a person"],
        ["Supervision/SecretFile"] = [Carries + "what it writes"],
    };

    [Fact]
    public void Every_reader_is_tried_with_nonsense_or_says_why_not() => Repository.None(Wrong(Repository.Sources, Text));

    [Fact]
    public void A_reader_without_a_row_is_found_and_a_row_without_a_reader_too()
    {
        Assert.Contains("agent/Node/NewFile.cs reads, and has no row", Wrong(
            [.. Repository.Sources, "agent/Node/NewFile.cs"],
            file => file == "agent/Node/NewFile.cs" ? "var text = File.ReadAllText(path);" : Text(file)));
        Assert.Contains("agent/Node/LeaseFile.cs has a row, and reads nothing", Wrong(
            Repository.Sources, file => file == "agent/Node/LeaseFile.cs" ? "" : Text(file)));
    }

    [Fact]
    public void Every_row_names_what_there_is() => Repository.None(
        from row in Readers
        from how in row.Value
        where !how.StartsWith(Trusted, StringComparison.Ordinal) && !how.StartsWith(Carries, StringComparison.Ordinal)
            && FuzzTargets.All.All(t => t.Name != how)
            && typeof(ReaderTableTests).Assembly.GetType($"{typeof(ReaderTableTests).Namespace}.{how}") is null
        select $"{row.Key}: there is no {how}");

    private static string Text(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    private static List<string> Wrong(IEnumerable<string> files, Func<string, string> text) =>
    [
        .. from file in files
           where file.StartsWith("agent/", StringComparison.Ordinal)
           let reads = Reading().IsMatch(text(file))
           let known = Readers.ContainsKey(file["agent/".Length..^".cs".Length])
           where reads != known
           select reads ? $"{file} reads, and has no row" : $"{file} has a row, and reads nothing",
    ];

    [GeneratedRegex(
        @"\bFile\.(ReadAll\w+|ReadLines|Open(Read|Text)?)\(|new (FileStream|StreamReader)\(|FileStream \w+\(.*\) => new\("
        + @"|JsonSerializer\.Deserialize|JsonDocument\.Parse|RandomAccess\.Read\(|Request\.Body|StandardOutput"
        + @"|\.(Receive(From)?Async|ReadExactly(Async)?|ReadAtLeast(Async)?|ReadAsync|ReadToEnd(Async)?|ReadLine)\("
        + @"|\.(ReadAs(ByteArray|String|Stream)Async|Get(ByteArray|String|Stream)Async|ReadFromJsonAsync|GetFromJsonAsync)\(")]
    private static partial Regex Reading();
}
