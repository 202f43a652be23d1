using System.Buffers.Binary;
using MySqlHa.Cluster;
using MySqlHa.Supervision;
using MySqlHa.Tests.Storage;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// Damaged binary logs of a leader that crashed. What holds of each: it is refused, or it is cut where a second, plain reader puts the
/// cut, and takes exactly the transactions with it which that one finds behind. And where anything is cut, the log still begins with every
/// byte of what is to be kept: damage never leads to cutting an acknowledged transaction.
/// </summary>
public sealed class BinlogFuzzTests(ITestOutputHelper output)
{
    private const int Kept = 4;
    private static readonly Guid Server = Guid.Parse("11111111-aaaa-11ef-8000-000000000001");
    private static readonly Guid Earlier = Guid.Parse("22222222-aaaa-11ef-8000-000000000002");
    private static readonly GtidSet Began = GtidSet.Of(Earlier.ToString(), 1, 9);

    private static readonly GtidSet Keep =
        Began.Union(GtidSet.Of(Server.ToString(), 1, Kept)).Union(GtidSet.Of($"{Server}:shop", 1));

    private static readonly Lazy<(LogWriter Log, int KeptEnd)> Crashed = new(Write);

    private static (LogWriter Log, int KeptEnd) Write()
    {
        var log = new LogWriter().Head(Earlier, 9).Rows(Server, 1)
            .Definition(Server, 2, "CREATE TABLE t.a (id INT)").Rows(Server, 3, size: 400)
            .Rows(Server, 1, tag: "shop").Rows(Server, 4);
        var end = log.Length;
        _ = log.Rows(Server, 5).Definition(Server, 6, "DROP TABLE t.a").Rows(Server, 2, tag: "shop", size: 200).Rows(Server, 7);
        return (log, end);
    }

    [Fact]
    public void A_log_that_is_whole_is_cut_behind_what_is_kept()
    {
        using var directory = new TemporaryDirectory();
        var (log, end) = Crashed.Value;
        var tail = Find(directory, log.ToBytes());
        Assert.Null(tail.Refusal);
        Assert.Equal(end, tail.From);
        Assert.Equal(log.Length, tail.Length);
        Assert.Equal($"{Server}:5-7,{Server}:shop:2", tail.Transactions.ToString());
        Assert.Null(Against(log.ToBytes(), tail, damaged: true));
    }

    [Fact]
    public void A_changed_byte_is_seen_wherever_it_is()
    {
        using var directory = new TemporaryDirectory();
        var (log, end) = Crashed.Value;
        var (whole, cut, refused) = (log.ToBytes(), 0, 0);
        for (var at = FuzzTests.Seed % 2; at < whole.Length; at += FuzzTests.Runs > 10_000 ? 1 : 2)
        {
            var bytes = whole.ToArray();
            bytes[at] ^= (byte)(1 << (at / 2 % 8));
            var tail = Require(directory, bytes, damaged: true);
            Assert.True(tail.Refusal is not null, $"byte {at} was changed, and the log is cut at {tail.From}");
            refused++;
        }

        for (var length = 0; length < whole.Length; length += 3)
        {
            var tail = Require(directory, whole[..length], damaged: true);
            cut += tail is { Refusal: null, Transactions.IsEmpty: false } ? 1 : 0;
            Assert.True(length >= end || tail.Transactions.IsEmpty, $"of a log of {length} bytes something is cut that is not in it");
        }

        output.WriteLine($"{refused} changed bytes refused; {cut} torn logs cut");
        Assert.InRange(cut, 1, whole.Length - end);
    }

    [Fact]
    public void Damage_never_leads_to_cutting_what_is_to_be_kept()
    {
        using var directory = new TemporaryDirectory();
        var (log, _) = Crashed.Value;
        var random = new Random(FuzzTests.Seed);
        var mutator = new Mutator(FuzzTests.Seed, [log.ToBytes()]);
        var (runs, cut, nothing) = (FuzzTests.Runs / 8, 0, 0);
        for (var run = 0; run < runs; run++)
        {
            var bytes = random.Next(3) == 0 ? MoveEvents(log, random) : mutator.Next();
            var tail = Require(directory, bytes, damaged: true);
            cut += tail is { Refusal: null, Transactions.IsEmpty: false } ? 1 : 0;
            nothing += tail is { Refusal: null, Transactions.IsEmpty: true } ? 1 : 0;
        }

        output.WriteLine($"{runs} damaged logs: {cut} cut, {nothing} without a tail, {runs - cut - nothing} refused");
        Assert.True(cut > 0);
    }

    /// <summary>Nonsense under a checksum that fits: what no disk makes, but gets to every line of the reader.</summary>
    [Fact]
    public void Nonsense_that_is_well_formed_is_cut_as_the_plain_reader_does_or_refused()
    {
        using var directory = new TemporaryDirectory();
        var (log, _) = Crashed.Value;
        var random = new Random(FuzzTests.Seed);
        var (runs, cut) = (FuzzTests.Runs / 8, 0);
        for (var run = 0; run < runs; run++)
        {
            var bytes = Resealed(log, random);
            var tail = Require(directory, bytes, damaged: false);
            cut += tail is { Refusal: null, Transactions.IsEmpty: false } ? 1 : 0;
            _ = BinlogFile.Read(directory.File("log"));
        }

        output.WriteLine($"{runs} forged logs: {cut} cut");
        Assert.True(cut > 0);
    }

    /// <summary>Each clause of the judge is seen to fail.</summary>
    [Fact]
    public void A_reader_that_cuts_elsewhere_is_found()
    {
        using var directory = new TemporaryDirectory();
        var (log, end) = Crashed.Value;
        var bytes = log.ToBytes();
        var tail = Find(directory, bytes);
        var firstKept = log.Starts[2];
        Assert.Contains("cut at", Against(bytes, tail with { From = firstKept }, damaged: false), StringComparison.Ordinal);
        Assert.Contains("takes", Against(bytes, tail with { Transactions = Keep }, damaged: false), StringComparison.Ordinal);
        Assert.Contains("ends at", Against(bytes, tail with { Length = tail.Length - 1 }, damaged: false), StringComparison.Ordinal);
        bytes[end - 30] ^= 1;
        Assert.Contains("is damaged", Against(bytes, tail, damaged: false), StringComparison.Ordinal);
        Assert.Contains("to be kept", Against(bytes, tail, damaged: true), StringComparison.Ordinal);
    }

    [Fact]
    public void A_damaged_length_costs_no_memory()
    {
        using var directory = new TemporaryDirectory();
        var (log, _) = Crashed.Value;
        var bytes = log.ToBytes();
        using (var file = File.Create(directory.File("log")))
        {
            file.Write(bytes);
            file.SetLength(300_000_000); // with a hole in it: it costs no disk
        }

        foreach (var start in log.Starts[..4])
        {
            using (var file = File.OpenWrite(directory.File("log")))
            {
                var length = new byte[4];
                BinaryPrimitives.WriteInt32LittleEndian(length, 200_000_000);
                file.Write(bytes);
                file.Position = start + 9;
                file.Write(length);
            }

            var before = GC.GetAllocatedBytesForCurrentThread();
            Assert.NotNull(BinlogTail.Find(directory.File("log"), Keep, Began).Refusal);
            _ = BinlogFile.Read(directory.File("log"));
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 80_000_000);
        }
    }

    /// <summary>The whole of it, with its files: what is not cut is left as it was, and what is cut is in the archive first.</summary>
    [Fact]
    public async Task A_rewind_of_damaged_files_leaves_all_as_it_was_or_archives_what_it_cuts()
    {
        var (log, _) = Crashed.Value;
        byte[][] files = [log.ToBytes(), "./binlog.000001\n"u8.ToArray(), [.. "[auto]\nserver-uuid="u8, .. Ascii($"{Server}\n")]];
        string[] names = ["binlog.000001", "binlog.index", "auto.cnf"];
        var random = new Random(FuzzTests.Seed);
        var outcomes = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var run = 0; run < Math.Max(60, FuzzTests.Runs / 800); run++)
        {
            using var directory = new TemporaryDirectory();
            var data = Directory.CreateDirectory(directory.File("data")).FullName;
            await File.WriteAllBytesAsync(Path.Combine(data, "ibdata1"), new byte[64]);
            var damaged = random.Next(6);
            for (var i = 0; i < names.Length; i++)
            {
                var bytes = i == damaged ? new Mutator(random.Next(), [files[i]]).Next() : files[i];
                await File.WriteAllBytesAsync(Path.Combine(data, names[i]), bytes);
            }

            if (random.Next(10) == 0)
            {
                await File.WriteAllTextAsync(Path.Combine(data, random.Next(2) == 0 ? "binlog" : "binlog."), "");
            }

            var archives = directory.File("archives");
            if (damaged > 4)
            {
                _ = Directory.CreateDirectory(Path.Combine(archives, $"epoch-7-{Server.ToString()[..8]}"));
                var manifest = new Mutator(random.Next(), [Manifest]).Next();
                await File.WriteAllBytesAsync(Path.Combine(archives, $"epoch-7-{Server.ToString()[..8]}", "manifest.json"), manifest);
            }

            var before = await File.ReadAllBytesAsync(Path.Combine(data, names[0]));
            var order = new RewindOrder(7, Server.ToString(), Began, Keep);
            var outcome = "failed";
            try
            {
                var result = await BinlogRewind.RunAsync(data, order, archives, DateTimeOffset.UnixEpoch, CancellationToken.None);
                outcome = result.GetType().Name;
                await RequireArchivedAsync(result, before, await File.ReadAllBytesAsync(Path.Combine(data, names[0])));
            }
            catch (SupervisionException)
            {
                Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(data, names[0])));
            }

            await RequireCopiesAsync(data, directory.File("all"));
            outcomes[outcome] = outcomes.GetValueOrDefault(outcome) + 1;
        }

        output.WriteLine(string.Join(", ", outcomes.Select(o => $"{o.Key} {o.Value}")));
        Assert.True(outcomes.ContainsKey("Cut"));
        Assert.True(outcomes.ContainsKey("Refused"));
    }

    [Theory]
    [InlineData("x")]
    [InlineData("../../../elsewhere")]
    public async Task An_id_that_is_none_leads_no_archive_astray(string uuid)
    {
        using var directory = new TemporaryDirectory();
        var data = Directory.CreateDirectory(directory.File("data")).FullName;
        await File.WriteAllBytesAsync(Path.Combine(data, "binlog.000001"), Crashed.Value.Log.ToBytes());
        await File.WriteAllTextAsync(Path.Combine(data, "auto.cnf"), $"[auto]\nserver-uuid={uuid}\n");
        await RequireCopiesAsync(data, directory.File("all"));
        Assert.EndsWith("-unknown", Assert.Single(Directory.GetDirectories(directory.File("all"))), StringComparison.Ordinal);
    }

    private static async Task RequireArchivedAsync(RewindOutcome outcome, byte[] before, byte[] after)
    {
        if (outcome is not RewindOutcome.Cut cut)
        {
            Assert.Equal(before, after);
            return;
        }

        Assert.Equal(before[..after.Length], after);
        if (after.Length < before.Length)
        {
            var archived = await File.ReadAllBytesAsync(Path.Combine(cut.Archive, "binlog.000001"));
            var ends = PlainLog.Read(before).End;
            Assert.True(archived.AsSpan().EndsWith(before.AsSpan()[after.Length..ends]), "the archive does not hold what was cut");
        }
    }

    /// <summary>What a reseed does first: every log that may hold something of it is copied, whatever it is.</summary>
    private static async Task RequireCopiesAsync(string data, string destination)
    {
        try
        {
            var (directory, manifest) = await BinlogArchive.ArchiveAsync(
                data, GtidSet.Of(Server.ToString(), 5, 7), destination, DateTimeOffset.UnixEpoch, CancellationToken.None);
            Assert.Equal(Path.GetFullPath(destination), Path.GetDirectoryName(directory));
            foreach (var file in manifest.Files)
            {
                var copy = await File.ReadAllBytesAsync(Path.Combine(directory, file.Name));
                Assert.Equal(await File.ReadAllBytesAsync(Path.Combine(data, file.Name)), copy);
            }
        }
        catch (SupervisionException)
        {
            // Then nothing is thrown away either.
        }
    }

    private static byte[] Manifest => Ascii(
        """{"At":"2026-03-01T00:00:00+00:00","ServerUuid":null,"Transactions":"","NotFound":"","Files":[]}""");

    private static byte[] Ascii(string text) => System.Text.Encoding.ASCII.GetBytes(text);

    private static BinlogTail Find(TemporaryDirectory directory, byte[] bytes)
    {
        File.WriteAllBytes(directory.File("log"), bytes);
        return BinlogTail.Find(directory.File("log"), Keep, Began);
    }

    private static BinlogTail Require(TemporaryDirectory directory, byte[] bytes, bool damaged)
    {
        BinlogTail tail;
        try
        {
            tail = Find(directory, bytes);
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(Convert.ToHexString(bytes), e);
        }

        var wrong = Against(bytes, tail, damaged);
        Assert.True(wrong is null, $"{wrong}: {Convert.ToHexString(bytes)}");
        return tail;
    }

    /// <summary>Null, or what the cut does that it must not.</summary>
    /// <param name="damaged">The log is one that a mysqld wrote, and that was damaged since.</param>
    private static string? Against(byte[] bytes, BinlogTail tail, bool damaged)
    {
        if (tail.Refusal is not null)
        {
            return null;
        }

        var (log, end) = Crashed.Value;
        if (damaged && !tail.Transactions.IsEmpty && (tail.From < end || !bytes.AsSpan(0, end).SequenceEqual(log.ToBytes().AsSpan(0, end))))
        {
            return $"the log is cut at {tail.From}, and does not begin with all that is to be kept";
        }

        var plain = PlainLog.Read(bytes);
        if (plain.Damage is { } where)
        {
            return $"the log is damaged ({where}), and is not refused";
        }

        var from = plain.Transactions.FindIndex(t => !Keep.Contains(t.Source, t.Number));
        var surplus = from < 0 ? [] : plain.Transactions[from..].Where(t => t.Whole).ToList();
        var taken = surplus.Aggregate(GtidSet.Empty, (all, t) => all.Union(t.Gtid));
        var start = taken.IsEmpty ? plain.End : plain.Transactions[from].Start;
        return !taken.Equals(tail.Transactions) ? $"the cut takes {tail.Transactions}, and {taken} is there"
            : taken.Minus(Keep).Equals(taken) is false ? $"{taken} holds some of what is kept"
            : start != tail.From ? $"the log is cut at {tail.From}, and not at {start}"
            : plain.End != tail.Length ? $"the log ends at {plain.End}, and not at {tail.Length}"
            : null;
    }

    /// <summary>Whole events in another order, twice, or not there: each of them intact.</summary>
    private static byte[] MoveEvents(LogWriter log, Random random)
    {
        var bytes = log.ToBytes();
        var events = log.Starts.Select((start, i) => bytes[start..(i + 1 < log.Starts.Count ? log.Starts[i + 1] : bytes.Length)]).ToList();
        for (var moves = 1 + random.Next(2); moves > 0; moves--)
        {
            var (from, to) = (random.Next(events.Count), random.Next(events.Count));
            switch (random.Next(3))
            {
                case 0:
                    (events[from], events[to]) = (events[to], events[from]);
                    break;
                case 1:
                    events.Insert(to, events[from]);
                    break;
                default:
                    events.RemoveAt(from);
                    break;
            }
        }

        return [.. bytes[..4], .. events.SelectMany(e => e)];
    }

    /// <summary>Some events' insides changed, and all lengths, places and checksums made to fit again.</summary>
    private static byte[] Resealed(LogWriter log, Random random)
    {
        var bytes = log.ToBytes();
        var result = new List<byte>(bytes[..4]);
        var chosen = random.Next(log.Starts.Count);
        for (var i = 0; i < log.Starts.Count; i++)
        {
            var one = bytes[log.Starts[i]..(i + 1 < log.Starts.Count ? log.Starts[i + 1] : bytes.Length)][..^LogWriter.ChecksumLength];
            if (i == chosen || random.Next(30) == 0)
            {
                byte type = random.Next(4) == 0 ? new byte[] { 2, 3, 4, 16, 26, 33, 34, 35, 38, 40, 42 }[random.Next(11)] : one[4];
                var inside = new Mutator(random.Next(), [one[LogWriter.HeaderLength..]]).Next();
                one = [.. one[..LogWriter.HeaderLength], .. inside];
                one[4] = type;
            }

            var length = one.Length + LogWriter.ChecksumLength;
            BinaryPrimitives.WriteInt32LittleEndian(one.AsSpan(9), length);
            BinaryPrimitives.WriteInt32LittleEndian(one.AsSpan(13), result.Count + length);
            var sum = new byte[LogWriter.ChecksumLength];
            var flags = one[17];
            one[17] = one[4] == 15 ? (byte)(flags & 0xfe) : flags;
            BinaryPrimitives.WriteUInt32LittleEndian(sum, LogWriter.Sum(one));
            one[17] = flags;
            result.AddRange([.. one, .. sum]);
        }

        return [.. result];
    }
}
