using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Consensus;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Membership;
using MySqlHa.Ring;
using MySqlHa.Storage;
using MySqlHa.Tests.Consensus;
using MySqlHa.Tests.Simulation.Scenarios;
using MySqlHa.Tests.Storage;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Every reader of bytes that come from outside the process: from the network, from people, or from a disk that may lie.</summary>
internal static class FuzzTargets
{
    private const string Server = "11111111-1111-1111-1111-111111111111";
    private static readonly NodeId Self = NodeId.Parse(new string('a', 32));
    private static readonly Lazy<(List<byte[]> Frames, List<byte[]> Datagrams)> Traffic = new(Overhear);

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        new("frames between agents", Traffic.Value.Frames, bytes => Again(bytes, PeerCodec.Decode, PeerCodec.Encode), IsFormat),
        new("gossip", Traffic.Value.Datagrams, bytes => Again(bytes, GossipCodec.Decode, GossipCodec.Encode), IsFormat),
        Sealed(),
        RingKeyTexts(),
        RingKeyFiles(),
        new("GTID sets",
            Texts("", $"{Server}:1-5:7,\n22222222-2222-2222-2222-222222222222:1", $"{Server}:tag:1-9"),
            bytes => Same(GtidSet.Parse(Encoding.Latin1.GetString(bytes)).ToString(), s => GtidSet.Parse(s).ToString()),
            IsFormat),
        new("durations",
            Texts("1s", "250ms", "1.5 s", "2m"),
            bytes => DurationText.TryParse(Encoding.Latin1.GetString(bytes), out _),
            _ => false),
        Configuration(),
        Log(),
        Record(),
        Commands(),
        .. FileTargets.All,
    ];

    private static bool IsFormat(Exception e) => e is FormatException;

    private static List<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static void Again<T>(byte[] bytes, Decoder<T> decode, Func<T, byte[]> encode) =>
        Same(
            Encoding.Latin1.GetString(encode(decode(bytes))),
            text => Encoding.Latin1.GetString(encode(decode(Encoding.Latin1.GetBytes(text)))));

    /// <summary>What was read and written is read and written the same: nothing half understood is taken.</summary>
    private static void Same(string once, Func<string, string> again)
    {
        var twice = again(once);
        if (once != twice)
        {
            throw new InvalidOperationException($"written as\n{once}\nand again as\n{twice}");
        }
    }

    private delegate T Decoder<out T>(ReadOnlySpan<byte> bytes);

    /// <summary>What three nodes say to each other while they found a cluster, lose their leader and take a new one.</summary>
    private static (List<byte[]> Frames, List<byte[]> Datagrams) Overhear()
    {
        var frames = new Dictionary<string, byte[]>();
        var datagrams = new Dictionary<string, byte[]>();
        var script = new Script(3, seed: 1, mutation: null, verbose: false);
        script.World.Wire = frame =>
        {
            Note(frames, frame is RaftFrame raft ? raft.Message.GetType().Name : frame.GetType().Name, PeerCodec.Encode(frame));
            return frame;
        };
        script.World.Air = datagram =>
        {
            Note(datagrams, datagram.GetType().Name, GossipCodec.Encode(datagram));
            return datagram;
        };
        script.Found();
        _ = script.Write(script[0]);
        script[0].KillMysqld("killed");
        script.Until("another leads", () => script.Leads(script[1], 2) || script.Leads(script[2], 2));
        script.AskSwitchover(script[0]);
        script.For(1);
        return ([.. frames.Values], [.. datagrams.Values]);
    }

    /// <summary>The longest of each kind: it has most in it.</summary>
    private static void Note(Dictionary<string, byte[]> heard, string kind, byte[] bytes)
    {
        if (!heard.TryGetValue(kind, out var known) || known.Length < bytes.Length)
        {
            heard[kind] = bytes;
        }
    }

    private static FuzzTarget Sealed()
    {
        var key = RingKey.Create("fuzz");
        var sealer = new DatagramSealer(key, NodeId.Parse(new string('b', 32)));
        var samples = Traffic.Value.Datagrams.Select(d => sealer.Seal(d)).ToList();
        return new FuzzTarget("sealed datagrams", samples, bytes =>
        {
            using var opener = new DatagramOpener(RingKeys.Of(key), Self);
            _ = opener.Open(bytes, out var payload);
            if (payload.Length > 0 && !Traffic.Value.Datagrams.Any(d => d.AsSpan().SequenceEqual(payload)))
            {
                throw new InvalidOperationException("a changed datagram was opened");
            }
        }, _ => false);
    }

    private static FuzzTarget RingKeyTexts() => new(
        "ring keys", Texts(RingKey.Create("fuzz").ToFileText()), bytes => RingKey.Parse(Encoding.UTF8.GetString(bytes)), IsFormat);

    /// <summary>What is taken is within the limits, and the same when it is written and read again.</summary>
    private static FuzzTarget RingKeyFiles()
    {
        RingKey[] keys = [.. Enumerable.Range(0, RingKeys.Most).Select(_ => RingKey.Create("fuzz"))];
        var samples = Enumerable.Range(1, RingKeys.Most).Select(n => RingKeys.Of(keys[..n]).ToFileText());
        return new FuzzTarget("ring key files", Texts([.. samples]), bytes =>
        {
            var taken = RingKeys.Parse(Encoding.UTF8.GetString(bytes));
            if (taken.All.Length > RingKeys.Most || !RingKeys.Parse(taken.ToFileText()).Fingerprints.SequenceEqual(taken.Fingerprints)
                || taken.Fingerprints.Distinct().Count() < taken.All.Length)
            {
                throw new InvalidOperationException("keys were taken that cannot be a ring's");
            }
        }, IsFormat);
    }

    private static FuzzTarget Configuration()
    {
        const string Whole = """
            group: production
            name: node1
            listen: 127.0.0.1
            peers:
              - 127.0.0.2
              - "127.0.0.3:9638"
            data: /var/lib/mysqlha
            ring-key: /etc/mysqlha/ring.key
            timing: lan
            durability: commit
            settings:
              max_connections: "500"
            voters: 3
            """;
        return new FuzzTarget(
            "configuration",
            Texts(Whole),
            bytes => AgentOptionsFile.Read(Encoding.UTF8.GetString(bytes), "agent.yaml", new Dictionary<string, IReadOnlyList<string>>()),
            e => e is ConfigurationException)
        {
            BadSamples = Texts("timing:\n  lease: 2s\n", "a: &x [1, *x]", "? {a: b}\n: c", "%YAML 1.1\n---\na: !!binary 1\n"),
        };
    }

    private static FuzzTarget Log()
    {
        using var made = new TemporaryDirectory();
        using (var log = RaftLogFile.Open(made.Path))
        {
            for (var i = 1; i < 6; i++)
            {
                var entry = new LogEntry(i, i, EntryKind.Command, new byte[] { 1, 2, 3 });
                log.Save(new RaftOutput { Hard = new HardState(i, null, i - 1), Append = [entry] });
            }
        }

        var sample = File.ReadAllBytes(made.File("raft.log"));
        return new("the Raft log", [sample], bytes =>
        {
            using var directory = new TemporaryDirectory();
            File.WriteAllBytes(directory.File("raft.log"), bytes);
            using var log = RaftLogFile.Open(directory.Path);
        }, e => e is StorageException) { Slowness = 20 };
    }

    private static FuzzTarget Record()
    {
        var record = new LocalRecord
        {
            Promise = new Promise(3, GtidSet.Of(Server, 1, 9), "boot", Receipts.Whole),
            Attachment = new Attachment(3, "boot", Receipts.Doubtful),
            ClusterId = "c",
        };
        using var made = new TemporaryDirectory();
        var json = JsonSerializer.SerializeToUtf8Bytes(record, FailoverJson.Default.LocalRecord);
        DurableFile.WriteChecked(made.File("r"), json, DurableFile.Private);
        return new("checked records", [File.ReadAllBytes(made.File("r"))], bytes =>
        {
            using var directory = new TemporaryDirectory();
            File.WriteAllBytes(directory.File("r"), bytes);
            if (DurableFile.ReadChecked(directory.File("r")) is { } read)
            {
                _ = JsonSerializer.Deserialize(read, FailoverJson.Default.LocalRecord);
            }
        }, e => e is StorageException or JsonException) { Slowness = 20 };
    }

    private static FuzzTarget Commands()
    {
        ClusterCommand[] commands =
        [
            new OpenEpoch(Failover.ThreeNodes.Epoch(1, Self)), new CloseEpoch(1, "why", 5), new StartSwitchover(1, null, "x"),
            new StartLeaving(new Departure(Self, Stays: false, "y")), new PlanSwitchover(new PlannedSwitchover(Self, null, 7, 3)),
            new DropPlan(new PlannedSwitchover(Self, Self, 7, 3), "z", 8),
            new NotePhases(2, new EpochPhases { Zero = PhaseZero.Known, Close = 4 }),
            new RecordArchive(new ArchivedTail(Self, GtidSet.Empty, "/a", DateTimeOffset.UnixEpoch)),
        ];
        return new FuzzTarget(
            "commands in the log",
            [.. commands.Select(c => JsonSerializer.SerializeToUtf8Bytes(c, FailoverJson.Default.ClusterCommand))],
            bytes => JsonSerializer.Deserialize(bytes, FailoverJson.Default.ClusterCommand),
            e => e is JsonException or NotSupportedException or FormatException);
    }
}
