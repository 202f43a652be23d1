using System.Text;
using System.Text.RegularExpressions;
using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>
/// The report of a benchmark: tests/Benchmarks/report.md with its braces filled from the raw numbers. <c>{gap-table}</c> is a table,
/// <c>{gap ours-lan mysqld killed}</c> one median.
/// </summary>
internal static partial class BenchmarkReport
{
    public const string GapPlot = "gaps.svg";
    public const string ReturnPlot = "returns.svg";
    public const string WritesPlot = "writes.svg";
    public const string ProxyPlot = "proxies.svg";

    /// <summary>A way is slower when it carries less than this share of the other's queries, or takes so much longer.</summary>
    private const double AsFast = 0.97;

    private static readonly string[] Faults = [.. Fault.All.Select(f => f.Name)];
    private static readonly string[] Writers = ["1", "8", "32"];
    private static readonly string[] Connections = [.. ProxyRace.Connections.Select(ProxyRace.Of)];
    private static readonly string[] AtRest = ["no client", "1000 clients at rest"];

    private static readonly string[] Processes =
    [
        "agent of leader", "agent of follower", "guard of leader", "guard of follower", "mysqld of leader", "mysqld of follower", "client",
    ];

    /// <summary>Writes the plots into the folder, and the report beside it: FOLDER.md.</summary>
    /// <param name="folder">Without a separator at its end.</param>
    public static void Write(string folder, IReadOnlyList<(string Name, string Value)> machine, IReadOnlyList<RawNumber> raw)
    {
        void Save(string file, string text) => File.WriteAllText(Path.Combine(folder, file), text);
        Save(GapPlot, Plot(raw, "gap", "Seconds without an acknowledged write", " s", Faults, logarithmic: true));
        Save(ReturnPlot, Plot(raw, "return", "Seconds until the old leader follows again", " s", Faults, logarithmic: true));
        Save(WritesPlot, Plot(raw, "writes", "Acknowledged inserts per second, one row a transaction", "", Writers, logarithmic: false));
        var ways = Plot(
            raw, "queries", "Queries per second, one row by its primary key", "", Connections, logarithmic: false, whose: Contender.Ways);
        Save(ProxyPlot, ways);
        var template = File.ReadAllText(Path.Combine(Repository.Root, "tests/Benchmarks/report.md"));
        var name = Path.GetFileName(folder);
        Save($"../{name}.md", Fill(template, name, machine, raw));
    }

    /// <summary>Throws <see cref="FormatException"/> for a brace that names nothing.</summary>
    public static string Fill(
        string template, string folder, IReadOnlyList<(string Name, string Value)> machine, IReadOnlyList<RawNumber> raw) =>
        Brace().Replace(template, match => match.Groups[1].Value switch
        {
            "folder" => folder,
            "date" => machine.FirstOrDefault(f => f.Name == "date").Value ?? "",
            "runs" => $"{raw.Select(n => n.Run).DefaultIfEmpty(0).Max()}",
            "tuning" => string.Join('\n', Contender.GroupTuning.Select(line => "    " + line["loose_".Length..])),
            "machine-table" => Table(["", ""], machine.Select(f => (f.Name, (IEnumerable<string>)[f.Value]))),
            "gap-table" => Contenders(raw, "gap", Faults, fault => fault),
            "return-table" => Contenders(raw, "return", Faults, fault => fault),
            "stall-table" => Contenders(raw, "stall", Faults, fault => fault),
            "writes-table" => Contenders(raw, "writes", Writers, writers => writers == "1" ? "1 writer" : $"{writers} writers"),
            "rest-table" => Costs(raw, "rest"),
            "load-table" => Costs(raw, "load"),
            "queries-table" => Contenders(raw, "queries", Connections, of => of, Contender.Ways),
            "half-table" => Contenders(raw, "half", Connections, of => of, Contender.Ways),
            "most-table" => Contenders(raw, "most", Connections, of => of, Contender.Ways),
            "queue-table" => Contenders(raw, "queue", Connections, of => of, Contender.Ways),
            "calm-half-table" => Contenders(raw, "calm-half", Connections, of => of, Contender.Ways),
            "calm-most-table" => Contenders(raw, "calm-most", Connections, of => of, Contender.Ways),
            "effort-table" => Contenders(raw, "effort", Connections, of => of, Contender.Ways),
            "proxy-memory-table" => Contenders(raw, "memory", AtRest, of => of, Contender.Ways),
            "beside-haproxy" => BesideHaproxy(raw),
            "paced-beside-haproxy" => Longer(raw, "calm-most", "99 of 100 answers take no longer through ours than through HAProxy."),
            "lost" => Lost(raw),
            "failures" => Failures(raw),
            var words => Median(raw, words),
        });

    public static Sample Of(IReadOnlyList<RawNumber> raw, string system, string kind, string of) =>
        new(raw.Where(n => n.System == system && n.Kind == kind && n.Of == of && n.Value is not null).Select(n => n.Value!.Value));

    private static string Plot(
        IReadOnlyList<RawNumber> raw, string kind, string title, string unit, IEnumerable<string> panels, bool logarithmic,
        IReadOnlyList<Contender>? whose = null)
    {
        var plot = new DotPlot(title, unit, logarithmic);
        foreach (var of in panels)
        {
            var name = kind != "writes" ? of : of == "1" ? "1 writer" : $"{of} writers";
            plot.Add(name, (whose ?? Contender.All).Select(c => (c, Of(raw, c.Id, kind, of))));
        }

        return plot.Draw();
    }

    /// <summary>
    /// Whether ours is not slower, said by the numbers: the share of HAProxy's queries a second, and where 99 of 100 answers took longer.
    /// </summary>
    private static string BesideHaproxy(IReadOnlyList<RawNumber> raw)
    {
        var shares = Connections.Select(of => (Of: of, Share: Of(raw, Contender.LanPlain.Id, "proxy", of)))
            .Where(s => !s.Share.Empty).ToList();
        string List(IEnumerable<(string Of, Sample Share)> some) =>
            string.Join(", ", some.Select(s => FormattableString.Invariant($"{s.Of} ({100 * s.Share.Median:0} %)")));
        var (slower, others) = (shares.Where(s => s.Share.Median < AsFast).ToList(), shares.Where(s => s.Share.Median >= AsFast).ToList());
        var longer = Longer(raw, "most", "99 of 100 answers take no longer through it either.");
        var queries = shares.Count == 0 ? "Ours and HAProxy were not measured side by side."
            : slower.Count == 0 ? $"Ours carries no fewer queries than HAProxy; of HAProxy's: {List(others)}."
            : $"Ours carries fewer queries than HAProxy at {List(slower)}"
                + (others.Count == 0 ? "." : $", and no fewer at {List(others)}.");
        return longer.Length == 0 ? queries : $"{queries} {longer}";
    }

    /// <summary>Where 99 of 100 answers took longer than through HAProxy.</summary>
    /// <param name="none">What is said where it is so nowhere.</param>
    private static string Longer(IReadOnlyList<RawNumber> raw, string kind, string none)
    {
        var pairs = Connections
            .Select(of => (Of: of, Own: Of(raw, Contender.OwnProxy.Id, kind, of), Other: Of(raw, Contender.Haproxy.Id, kind, of)))
            .Where(p => !p.Own.Empty && !p.Other.Empty).ToList();
        var longer = pairs.Where(p => p.Own.Median * AsFast > p.Other.Median)
            .Select(p => $"{p.Of} ({Sample.Text(p.Own.Median)} ms, HAProxy {Sample.Text(p.Other.Median)} ms)").ToList();
        return pairs.Count == 0 ? ""
            : longer.Count == 0 ? none
            : $"99 of 100 answers take longer through ours at {string.Join(", ", longer)}.";
    }

    private static string Contenders(
        IReadOnlyList<RawNumber> raw, string kind, string[] columns, Func<string, string> name, IReadOnlyList<Contender>? whose = null) =>
        Table(
            columns.Select(name).Prepend(""),
            (whose ?? Contender.All).Select(c => (c.Name, Cells: columns.Select(of => Of(raw, c.Id, kind, of)).ToList()))
                .Where(line => line.Cells.Any(cell => !cell.Empty))
                .Select(line => (line.Name, line.Cells.Select(cell => cell.ToString()))));

    /// <summary>Percent of a core and MiB, of each kind of process.</summary>
    private static string Costs(IReadOnlyList<RawNumber> raw, string when)
    {
        string Cell(Contender contender, string process)
        {
            var (cpu, memory) = (Of(raw, contender.Id, "cpu", $"{when}, {process}"), Of(raw, contender.Id, "memory", $"{when}, {process}"));
            return cpu.Empty ? "–" : $"{Sample.Text(Math.Round(cpu.Median, 1))} %, {Sample.Text(Math.Round(memory.Median))} MiB";
        }

        bool Measured(Contender contender) =>
            raw.Any(n => n.System == contender.Id && n.Value is not null && n.Of.StartsWith(when, StringComparison.Ordinal));
        var measured = Contender.All.Where(Measured).ToList();
        return Table(
            measured.Select(c => c.Name).Prepend("median: share of one core, resident memory"),
            Processes.Select(process => (process, Cells: measured.Select(c => Cell(c, process)).ToList()))
                .Where(line => line.Cells.Any(cell => cell != "–"))
                .Select(line => (line.process, line.Cells.AsEnumerable())));
    }

    private static string Lost(IReadOnlyList<RawNumber> raw)
    {
        var all = raw.Where(n => n is { Kind: "lost", Value: not null }).ToList();
        var lost = all.Where(n => n.Value > 0).ToList();
        return lost.Count == 0
            ? $"In none of the {all.Count} events did the new leader lack a row that had been acknowledged."
            : "Acknowledged rows that the new leader did not have: "
                + string.Join("; ", lost.Select(n => $"{n.System}, {n.Of}, run {n.Run}: {n.Value}")) + ".";
    }

    /// <summary>What failed and was not measured well at another try.</summary>
    private static string Failures(IReadOnlyList<RawNumber> raw)
    {
        var measured = raw.Where(n => n.Value is not null).Select(n => n with { Value = null, Note = "" }).ToHashSet();
        var failed = raw.Where(n => n.Value is null && !measured.Contains(n with { Note = "" })).ToList();
        return failed.Count == 0
            ? "Every measurement came to its end."
            : "Not every measurement came to its end: "
                + string.Join("; ", failed.Select(n => $"{n.System}, {n.Kind} {n.Of}, run {n.Run}: {n.Note}")) + ".";
    }

    private static string Median(IReadOnlyList<RawNumber> raw, string words)
    {
        var parts = words.Split(' ', 3);
        if (parts.Length != 3 || Contender.All.Concat(Contender.Ways).All(c => c.Id != parts[1]))
        {
            throw new FormatException($"{{{words}}} names nothing that is measured");
        }

        var sample = Of(raw, parts[1], parts[0], parts[2]);
        return sample.Empty ? "–" : Sample.Text(sample.Median);
    }

    private static string Table(IEnumerable<string> heads, IEnumerable<(string Name, IEnumerable<string> Cells)> lines)
    {
        var columns = heads.ToList();
        var text = new StringBuilder($"| {string.Join(" | ", columns)} |\n|{string.Concat(columns.Select(_ => " --- |"))}");
        foreach (var (name, cells) in lines)
        {
            _ = text.Append($"\n| {name} | {string.Join(" | ", cells)} |");
        }

        return text.ToString();
    }

    [GeneratedRegex(@"\{([a-z][^{}\n]*)\}")]
    private static partial Regex Brace();
}
