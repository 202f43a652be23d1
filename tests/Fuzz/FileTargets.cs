using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using MySqlHa.Api;
using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Guard;
using MySqlHa.Node;
using MySqlHa.Ring;
using MySqlHa.Sandbox;
using MySqlHa.Storage;
using MySqlHa.Supervision;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Storage;

namespace MySqlHa.Tests.Fuzz;

/// <summary>Readers of what mysqld, the guard, a person or a sandbox left on the disk, and of what comes over HTTP.</summary>
internal static class FileTargets
{
    private const string Boot = "0d2c9c37-6a4e-4f2a-9a7c-0c5a3d1e2f40";
    private static readonly Guid Server = Guid.Parse("11111111-aaaa-11ef-8000-000000000001");

    public static readonly IReadOnlyList<FuzzTarget> All =
    [
        OnDisk("binary logs", "log", [new LogWriter().Head(Server, 3).Rows(Server, 4).Rows(Server, 1, "tag").ToBytes()],
            path => _ = BinlogFile.Read(path).Inside?.Count),
        OnDisk("auto.cnf", "auto.cnf", Texts($"[auto]\nserver-uuid={Server}\n"), path => DataDirectory.ServerUuid(Folder(path))),
        OnDisk("marks", "mysqlha.json", Texts("""{"Complete": true, "Cluster": "c0ffee"}"""), path =>
            _ = $"{DataDirectory.Inspect(Folder(path))} {DataDirectory.OwnerOf(Folder(path))}"),
        OnDisk("mysqld's error log", "log", Texts(
            "2026-03-01T00:00:00.000000Z 0 [ERROR] [MY-010262] [Server] Can't start server: Bind on TCP/IP port: Address in use\n"
                + "2026-03-01T00:00:00.100000Z 0 [ERROR] [MY-010119] [Server] Aborting\n"),
            path => _ = new MysqldErrorLog(path, 3).LastErrors(20).Concat(new MysqldErrorLog(path, 999_999).LastLines(3)).Count()),
        new("mysqld's version", Texts("/usr/sbin/mysqld  Ver 9.7.4 for Linux on x86_64 (MySQL Community Server - GPL)"),
            bytes => _ = MysqldBinary.Judge("mysqld", Text(bytes)), e => e is SupervisionException)
        {
            BadSamples = Texts("mysqld  Ver 99999999999.1.2 for Linux", "mysqld  Ver \u0669.7.4 for Linux"),
        },
        OnDisk("mysql_upgrade_history", "mysql_upgrade_history",
            Texts(
                """{"file_format":"1","upgrade_history":[{"date":"2026","version":"8.4.10","maturity":"LTS"}]}""",
                """{"upgrade_history":[{"version":"99999999999.4.10"}]}""",
                "{\"upgrade_history\":[{\"version\":\"\u0668.4.10\"}]}"),
            path => ForeignData.WrongVersion(Folder(path), new Version(9, 7, 4))),
        OnDisk("descriptions of tables", "t/old_99.sdi", Texts("""{"dd_object":{"name":"old","schema_ref":"t","engine":"MyISAM"}}"""),
            path => _ = ForeignData.OtherEngines(Folder(Folder(path))).ToList()),
        Redo(),
        new("manifests of archives", Texts(Manifest()),
            bytes => _ = JsonSerializer.Deserialize(bytes, SupervisionJson.Default.ArchiveManifest) is { } m
                && m.Transactions.Equals(m.NotFound) && m.Files.Any(f => f.Name.Length > 0),
            e => e is JsonException),
        new("records of processes", Texts($$"""{"Pid": 4711, "StartTime": 123456, "BootId": "{{Boot}}"}"""),
            bytes => _ = JsonSerializer.Deserialize(bytes, SupervisionJson.Default.ProcessRecord)?.BootId.Length, e => e is JsonException),
        new("the guard's orders", Texts($"order 100 mysqld 4711 123456 fence 9223372036854775807 boot {Boot}"),
            bytes => _ = GuardOrder.Parse(Text(bytes), Boot)?.IsDue(new Instant(7)), _ => false),
        new("the guard's signs", Texts($"sign 100 guard 4712 123457 holds 4711 123456 boot {Boot}"),
            bytes => _ = GuardSign.Parse(Text(bytes), Boot)?.Covers(new GuardOrder(new Instant(1), new ProcessName(1, 2), Instant.Never)),
            _ => false),
        OnDisk("lines of guard and agent", "line", Texts(string.Concat(Enumerable.Repeat("order 1".PadRight(191) + "\n", 2))), ReadLine),
        OnDisk("leases", "lease", [Lease(5_000_000), Lease(long.MaxValue), Lease(-1)], ReadLease),
        OnDisk("what was told", "announced", Texts("00000000000000000042\n"), path =>
        {
            using var file = new AnnouncedFile(path);
            _ = file.Index;
        }),
        OnDisk("ids of nodes", "node-id", Texts(new string('a', 32) + "\n"),
            path => _ = NodeIdentity.LoadOrMake(path), e => e is StorageException),
        new("client.cnf", Texts("# made by the agent\n[client]\nuser = app\npassword = \"a\\\"b\"\n"),
            bytes => _ = ClientAccount.Parse(Text(bytes).Split('\n'))?.Password.Length, _ => false),
        OnDisk("sandboxes", "127.0.0.11/sandbox.json", Texts("""{"Nodes":3,"Timing":"lan","Mysqld":"/usr/sbin/mysqld"}"""),
            path => _ = SandboxPlace.At("127.0.0.11", Folder(Folder(path))).Nodes.Sum(n => n.Ip.Length + n.ClientFile.Length),
            e => e is SandboxException),
        OnDisk("configuration for clients", "agent.yaml", Texts("listen: 127.0.0.1\npeers: [127.0.0.2, db3]\nports: {http: 9631}\n"),
            path => _ = KnownNodes.In(path).Count),
        new("files of settings", Texts("set:\n  max_connections: 500\n  sql-mode: 'A,B'\nunset: [back_log, a_b]\n"),
            bytes => _ = SettingsFile.Read(Text(bytes), "settings.yaml").Set.Count, e => e is ConfigurationException),
        new("times of appointments", Texts("+15m", "+1d2h3m4s", "14:00", "2026-03-01T14:00Z", "2026-03-01 14:00:00"),
            bytes => AppointmentText.Parse(Text(bytes), DateTimeOffset.UnixEpoch, TimeZoneInfo.Utc, out _), _ => false),
        new("bodies of operators", Bodies, ReadBody, e => e is FormatException),
        new("files of tokens",
            Texts($"# ours\n{TokenText.Line("anna", "admin", "a")}\n\n{TokenText.Line("b.2", "read", "b")} # for graphs\n"),
            bytes => _ = TokenFile.Parse(Text(bytes)).Sum(t => t.Name.Length + t.Sha256.Length), e => e is FormatException),
        new("certificates", Texts(Certificate()), bytes => ServerCertificate.Parse(Text(bytes), Text(bytes)),
            ServerCertificate.IsNoCertificate)
        {
            Slowness = 50,
        },
        new("audits", Texts("""
            [{"number":1,"at":"2026-03-01T00:00:00+00:00","who":"anna","role":"admin","from":"10.0.0.1","via":"db1","request":"pause",
            "outcome":"done","reason":{"code":"a","text":"b"}}]
            """), bytes => _ = ViewReader.Audit(bytes).Sum(a => a.Who.Length + a.Request.Length), e => e is JsonException),
        new("groups of a ring", Texts("""
            [{"group":{"group":"staging"},"clusters":["c0ffee"],"election":"finished","leader":"1a000000000000000000000000000001",
            "epoch":7,"members":[{"id":"1a000000000000000000000000000001","name":"db1",
            "address":{"host":"10.0.0.1","ringPort":9638,"httpPort":9631,"mysqlPort":3306},
            "liveness":"alive","clusterId":"c0ffee","agentVersion":"0.1.0","leads":7}]}]
            """), bytes => _ = ViewReader.Groups(bytes).Sum(g => g.Group.Group.Length + g.Clusters.Length
                + g.Members.Sum(m => m.Name.Length + m.Address.Host.Length + m.AgentVersion.Length)), e => e is JsonException),
        Views(),
        new("answers to operators", Texts("""{"outcome":"done","reason":{"code":"a","text":"b"}}"""),
            bytes => _ = ViewReader.Answer(bytes).Reason.Text.Length, e => e is JsonException),
        new("events", Texts("""[{"code":"a","text":"b","scope":"node","epoch":1,"id":7,"at":"2026-03-01T14:00:00Z","index":0}]"""),
            bytes => _ = ViewReader.Events(bytes).Sum(e => e.Code.Length + e.Text.Length), e => e is JsonException),
        new("problems", Texts("""{"type":"about:blank","title":"Bad request","status":400,"detail":"d","code":"c"}"""),
            bytes => _ = ViewReader.Problem(bytes).Text.Length, e => e is JsonException),
    ];

    /// <summary>One of each verb.</summary>
    public static List<byte[]> Bodies => Texts(
        """{"verb":"switchover","seenEpoch":7,"to":"2b000000000000000000000000000002"}""",
        """{"verb":"switchover-check","seenEpoch":7,"to":null}""",
        """{"verb":"failover","seenEpoch":7,"to":"2b000000000000000000000000000002","acceptDataLoss":true}""",
        """{"verb":"step-down","seenEpoch":7}""",
        """{"verb":"pause","seenEpoch":0,"paused":true}""",
        """{"verb":"reinit","seenEpoch":7,"node":"2b000000000000000000000000000002"}""",
        """{"verb":"voters","seenEpoch":7,"count":5}""",
        """{"verb":"remove","seenEpoch":7,"node":"2b000000000000000000000000000002"}""",
        """{"verb":"plan-switchover","seenEpoch":7,"to":null,"at":"2026-03-01T14:00:00+01:00","dryRun":true}""",
        """{"verb":"plan-switchover","seenEpoch":7,"inMilliseconds":900000}""",
        """{"verb":"cancel-switchover","seenEpoch":7}""",
        """{"verb":"drill","seenEpoch":7,"dryRun":true}""",
        """{"verb":"remove","seenEpoch":7,"node":"2b000000000000000000000000000002","dryRun":true}""",
        """{"verb":"add","seenEpoch":0,"host":"10.0.0.14","port":9638,"votes":false}""",
        """{"verb":"vote","seenEpoch":0,"node":"2b000000000000000000000000000002","votes":true}""",
        """{"verb":"rolling-restart","seenEpoch":7,"all":true,"dryRun":false}""");

    /// <summary>One for each way to ask for something under <c>/v1</c>.</summary>
    public static readonly (string Method, string Path, string Body)[] V1Bodies =
    [
        ("POST", "/v1/switchover", """{"to":"db2","seenEpoch":7}"""),
        ("POST", "/v1/switchover", """{"to":null,"at":"2099-03-01T14:00:00+01:00","dryRun":true}"""),
        ("POST", "/v1/switchover", """{"inMilliseconds":900000}"""),
        ("DELETE", "/v1/switchover", ""),
        ("POST", "/v1/failover", """{"to":"3","acceptDataLoss":true,"seenEpoch":0}"""),
        ("POST", "/v1/step-down", "{}"),
        ("PUT", "/v1/pause", ""),
        ("DELETE", "/v1/pause", """{"seenEpoch":7}"""),
        ("POST", "/v1/members/{member}/reinit", ""),
        ("POST", "/v1/members", """{"address":"10.0.0.14:9638","votes":null}"""),
        ("PUT", "/v1/members/{member}/vote", """{"votes":false}"""),
        ("DELETE", "/v1/members/{member}", ""),
        ("PUT", "/v1/members/{member}/maintenance", """{"forMilliseconds":60000,"reason":"a disk"}"""),
        ("DELETE", "/v1/members/{member}/maintenance", ""),
        ("PUT", "/v1/voters", """{"count":5}"""),
        ("POST", "/v1/drill", """{"dryRun":true}"""),
        ("PATCH", "/v1/config", """{"set":{"max_connections":"500"},"unset":["back_log"],"ifVersion":3,"dryRun":true}"""),
        ("POST", "/v1/members/{member}/restart", """{"seenEpoch":7,"interruptWrites":false}"""),
        ("POST", "/v1/restart", """{"all":true,"dryRun":true}"""),
        ("DELETE", "/v1/restart", ""),
    ];

    private static List<byte[]> Texts(params string[] texts) => [.. texts.Select(Encoding.UTF8.GetBytes)];

    private static string Text(byte[] bytes) => Encoding.UTF8.GetString(bytes);

    private static string Folder(string path) => Path.GetDirectoryName(path)!;

    private static FuzzTarget OnDisk(
        string name, string file, IReadOnlyList<byte[]> samples, Action<string> read, Func<Exception, bool>? refuses = null) =>
        new(name, samples, bytes =>
        {
            using var directory = new TemporaryDirectory();
            var path = directory.File(file);
            _ = Directory.CreateDirectory(Folder(path));
            File.WriteAllBytes(path, bytes);
            read(path);
        }, refuses ?? (_ => false)) { Slowness = 100 };

    private static void ReadLine(string path)
    {
        using var file = new LineFile(path);
        if (file.Read() is { } line && GuardOrder.Parse(line, Boot) is { } order)
        {
            _ = order.Line(Boot);
        }
    }

    private static byte[] Lease(long until) =>
        [.. BitConverter.GetBytes(until), .. Encoding.ASCII.GetBytes(BootClock.BootId.PadRight(64, '\0'))];

    private static void ReadLease(string path)
    {
        using var file = new LeaseFile(path);
        var latest = new Instant(9_000_000);
        if (file.Read(latest) is var until && (until < Instant.Zero || until > latest))
        {
            throw new InvalidOperationException($"a lease until {until}");
        }
    }

    /// <summary>A clean shutdown: the system tablespace and the one log agree, and the block behind the checkpoint ends there.</summary>
    private static FuzzTarget Redo()
    {
        const int TablespaceLength = 64;
        var tablespace = new byte[TablespaceLength];
        var log = new byte[(4 * 512) + 1024];
        (log[3], log[8 + 6], log[512 + 8 + 6], log[512 + 8 + 7], tablespace[26 + 6], tablespace[26 + 7]) = (6, 0x20, 0x20, 20, 0x20, 20);
        log[(4 * 512) + 4 + 1] = 20;
        return OnDisk("InnoDB's logs", "#innodb_redo/#ib_redo1", [[.. tablespace, .. log]], path =>
        {
            var bytes = File.ReadAllBytes(path);
            var cut = Math.Min(TablespaceLength, bytes.Length);
            File.WriteAllBytes(path, bytes[cut..]);
            File.WriteAllBytes(Path.Combine(Folder(Folder(path)), "ibdata1"), bytes[..cut]);
            var clean = RedoLog.EndedCleanly(Folder(Folder(path)));
            if (clean ? bytes.Length < TablespaceLength + (4 * 512) : bytes.AsSpan().SequenceEqual([.. tablespace, .. log]))
            {
                throw new InvalidOperationException(clean ? "half a log ended in order" : "what ended in order is not seen to");
            }
        });
    }

    private static string Certificate()
    {
        using var made = ApiCertificate.Mint(RingKey.Create("fuzz"), ["127.0.61.10"]);
        return made.ExportCertificatePem() + "\n" + made.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem() + "\n";
    }

    private static string Manifest() => JsonSerializer.Serialize(
        new ArchiveManifest(
            DateTimeOffset.UnixEpoch, $"{Server}", GtidSet.Of($"{Server}", 1, 9), GtidSet.Empty, [new ArchivedFile("f", 3, "aa")]),
        SupervisionJson.Default.ArchiveManifest);

    /// <summary>What is taken was meant: written again it reads the same. What is refused says what would not be.</summary>
    private static void ReadBody(byte[] bytes)
    {
        try
        {
            var request = OperatorBody.Read(bytes);
            var again = OperatorBody.Read(JsonSerializer.SerializeToUtf8Bytes(request, OperatorJson.Default.OperatorRequest));
            if (request != again)
            {
                throw new InvalidOperationException($"{request} became {again}");
            }
        }
        catch (FormatException e) when (!IsClear(e.Message))
        {
            throw new InvalidOperationException($"no person understands: {e.Message}", e);
        }
    }

    internal static bool IsClear(string refusal) =>
        !refusal.Any(char.IsControl) && !refusal.Contains("System.", StringComparison.Ordinal) && refusal.Length < 600
        && (refusal.Contains("allowed: ", StringComparison.Ordinal) || refusal.Contains(" is there twice", StringComparison.Ordinal)
            || refusal.Contains("is not Unicode", StringComparison.Ordinal)
            || refusal.Contains("needs one of the properties", StringComparison.Ordinal));

    private static FuzzTarget Views() => new(
        "views",
        [JsonSerializer.SerializeToUtf8Bytes(SampleCluster.SeenByFollower, ViewJson.Default.ClusterView)],
        bytes =>
        {
            var view = ViewReader.View(bytes);
            _ = JsonSerializer.SerializeToUtf8Bytes(view, ViewJson.Default.ClusterView);
            _ = view.Explanation is { } explanation ? ExplanationText.Of(explanation).Length : 0;
            _ = view.Members.Sum(m => m.Name.Length + m.Address.Host.Length + (GtidGap.Of(view, m)?.Behind ?? 0) % 7);
            _ = StatusTable.Headline(view, null);
        },
        e => e is JsonException) { Slowness = 4 };
}
