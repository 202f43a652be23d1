using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using MySqlHa.Api;
using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Infra.Plan;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Cli;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Documents;

/// <summary>docs/reference.md says what the code says: nothing is missing, nothing is there that is not. A failure gives the row.</summary>
[Collection(CommandLineRun.Collection)]
public sealed partial class ReferenceTests
{
    private static readonly Reference Document = Reference.Of("docs/reference.md");

    [Fact]
    public void Commands_and_options() => Repository.None(
    [
        .. Document.Against("mysqlha", CommandTables.Commands(CommandLineRun.Root, sandbox: false)),
        .. Document.Against("Options of mysqlha", CommandTables.Options(CommandLineRun.Root, sandbox: false)),
        .. Document.Against("Options for whom to ask", CommandTables.CommonOptions(CommandLineRun.Root)),
        .. Document.Against("./sandbox", CommandTables.Commands(CommandLineRun.Root, sandbox: true)),
        .. Document.Against("Options of ./sandbox", CommandTables.Options(CommandLineRun.Root, sandbox: true)),
    ]);

    [Fact]
    public void Exit_codes() => Repository.None(Document.Against(
        "Exit codes",
        typeof(ExitCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Where(f => f.FieldType == typeof(int))
            .Select(f => Reference.Row($"{f.GetRawConstantValue()}", f.Name)),
        First));

    [Fact]
    public void Keys_of_the_configuration()
    {
        Assert.Contains(ConfigurationTable.Keys, k => k.Key == "webhooks[].url");
        Assert.Contains(ConfigurationTable.Keys, k => k.Key == "ports.ring" && k.Allowed.Contains("65535", StringComparison.Ordinal));
        Repository.None(Document.Against("Keys", ConfigurationTable.Rows, ConfigurationTable.Fixed));
        Repository.None(Document.Rows("Keys").Select(ConfigurationTable.WrongDefault).OfType<string>());
    }

    /// <summary>By the defaults of their keys, which are tried above.</summary>
    [Fact]
    public void Ports()
    {
        var defaults = Document.Rows("Keys").Select(Reference.Cells).ToDictionary(c => c[0], c => c[1].Trim('`'));
        string[] keys = ["`ports.ring`", "`ports.http`", "`ports.mysql`", "`proxy.read-write`", "`proxy.read-only`"];
        Repository.None(Document.Against(
            "Ports",
            keys.Select(k => Reference.Row(defaults[k], k, "tcp", "WHO COMES THERE")),
            row => string.Join(' ', Reference.Cells(row).Take(2))));
    }

    [Fact]
    public void What_the_stack_opens()
    {
        var settings = SettingsReader.Read("dev", "eu-central-1", new Dictionary<string, string>());
        var told = Reference.Of("docs/security.md").Rows("What the stack opens").SelectMany(r => Number().Matches(Reference.Cells(r)[0]))
            .Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).Order();
        Assert.Equal(Openings.Of(settings).Select(o => o.Port).Distinct().Order(), told);
    }

    [Theory]
    [InlineData("| `group` | `production` | | |", "it is not as with")]
    [InlineData("| `proxy.max-lag` | `11s` | | |", "it is not as with")]
    [InlineData("| `hooks.timeout` | `29s` | | |", "it is not as with")]
    [InlineData("| `voters` | `4` | | |", "3, 5 or 7")]
    [InlineData("| `name` | required | | |", "is not required")]
    [InlineData("| `data` | | | |", "has no default")]
    public void A_wrong_default_is_seen(string row, string why) => Assert.Contains(why, ConfigurationTable.WrongDefault(row));

    [Fact]
    public void Settings_of_mysqld_that_are_the_agents_own()
    {
        var named = Code().Matches(string.Join('\n', Document.Rows("Settings of mysqld"))).Select(m => m.Groups[1].Value).ToList();
        Assert.True(named.Count > 10);
        Repository.None(named.Where(n => !ConfigurationTable.IsRefused(n)).Select(n => $"settings: {n} is not refused"));
        Assert.False(ConfigurationTable.IsRefused("max_connections"));
    }

    [Fact]
    public void Events()
    {
        var sources = string.Join('\n', Repository.Sources.Where(f => f.StartsWith("agent/Core/", StringComparison.Ordinal))
            .SelectMany(Repository.Lines));
        var agreed = Agreed().Matches(sources).SelectMany(m => Literal().Matches(m.Groups[1].Value)).Select(m => m.Groups[1].Value)
            .ToHashSet();
        Assert.Contains("epoch-opened", agreed);
        Repository.None(Document.Against(
            "Events",
            EventCodes.All.Order(StringComparer.Ordinal)
                .Select(c => Reference.Row($"`{c}`", agreed.Contains(c) ? "cluster" : "node", "WHAT HAPPENED")),
            row => string.Join(' ', Reference.Cells(row).Take(2))));
    }

    [Fact]
    public void Metrics_with_their_help()
    {
        var text = Metrics.Of(Everything, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        var types = Types().Matches(text).ToDictionary(m => m.Groups[1].Value, m => m.Groups[2].Value);
        var told = Help().Matches(text).Select(m => (Name: m.Groups[1].Value, Text: m.Groups[2].Value)).ToList();
        var inSources = Repository.Sources.Where(f => f.StartsWith("agent/Api/", StringComparison.Ordinal)).SelectMany(Repository.Lines)
            .SelectMany(l => MetricName().Matches(l)).Select(m => m.Groups[1].Value).ToHashSet();
        Assert.Empty(inSources.Where(n => !n.EndsWith('_')).Except(told.Select(t => t.Name)));
        Repository.None(Document.Against("Metrics", told.Select(t => Reference.Row($"`{t.Name}`", types[t.Name], t.Text))));
    }

    [Fact]
    public void What_is_under_v1() => Repository.None(Document.Against(
        "Under /v1", V1.All.Select(o => Reference.Row($"`{o.Method} {o.Path}`", o.Summary))));

    [Fact]
    public void Paths_of_a_node() => Repository.None(Document.Against(
        "Other paths",
        Repository.Lines("agent/Api/IndexEndpoint.cs").SelectMany(l => Entry().Matches(l)).Select(m => m.Groups[1].Value)
            .Where(p => !p.StartsWith("/v1", StringComparison.Ordinal)).Select(p => Reference.Row($"`{p}`", "WHAT IT ANSWERS")),
        First));

    /// <summary>Of the agent, of ./sandbox and of the tools; what a hook is given is in docs/hooks.md.</summary>
    [Fact]
    public void Variables_of_the_environment()
    {
        string[] places = ["agent/", "sandbox", "tools/"];
        var used = Repository.Tracked.Where(f => places.Any(p => f.StartsWith(p, StringComparison.Ordinal)))
            .Where(f => !f.StartsWith("agent/Hooks/", StringComparison.Ordinal))
            .SelectMany(Repository.Lines).SelectMany(l => Variable().Matches(l)).Select(m => m.Value).ToHashSet();
        Assert.Contains("MYSQLHA_ADDRESS", used);
        Repository.None(Document.Against(
            "Environment", used.Order(StringComparer.Ordinal).Select(v => Reference.Row($"`{v}`", "WHAT IT IS FOR")), First));
    }

    [Fact]
    public void Files_below_data_are_files_that_the_agent_names()
    {
        var sources = Repository.Sources.Where(f => f.StartsWith("agent/", StringComparison.Ordinal)).SelectMany(Repository.Lines);
        var source = string.Join('\n', sources);
        var named = Document.Rows("Files below data").SelectMany(r => Code().Matches(Reference.Cells(r)[0])).Select(m => m.Groups[1].Value)
            .ToList();
        Assert.True(named.Count > 10);
        Repository.None(named.Where(n => !source.Contains($"\"{n.TrimEnd('/').Split('/')[^1]}\"", StringComparison.Ordinal))
            .Select(n => $"docs/reference.md, 'Files below data': the agent names no file {n}"));
    }

    [Fact]
    public void A_row_too_few_too_many_or_twice_is_told_with_what_to_do()
    {
        var table = new Reference(
            "x.md",
            ["# A", "## Keys", "| key | |", "| --- | --- |", "| `a` | one |", "| `b` | two |", "| `b` | three |", "## B", "| `c` | |"]);
        string[] expected = [Reference.Row("`a`", "one"), Reference.Row("`d`", "one|two")];
        Assert.Equal(
            [
                @"x.md, 'Keys': add this row: | `d` | one\|two |",
                "x.md, 'Keys': take this row out: | `b` | two |",
                "x.md, 'Keys': take this row out: | `b` | three |",
                "x.md, 'Keys': there twice: `b`",
            ],
            table.Against("Keys", expected, First));
        Assert.Contains("x.md, 'Keys': take this row out: | `a` | one |", table.Against("Keys", [Reference.Row("`a`", "ONE")]));
    }

    /// <summary>So much is known here that every family has a sample.</summary>
    private static ClusterView Everything
    {
        get
        {
            var sample = SampleCluster.SeenByLeader;
            var reason = new Reason("a", "b");
            return (sample with
            {
                Reasons = [reason],
                Explanation = new Explanation { Epoch = 7, Why = reason, Loss = reason, Members = [] },
            }).With(SampleCluster.Id3, m => m with { Problems = [reason] });
        }
    }

    private static string First(string row) => Reference.Cells(row)[0];

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();

    [GeneratedRegex("[0-9]+")]
    private static partial Regex Number();

    [GeneratedRegex(@"_out\.Agreed\(\s*([^,]*)")]
    private static partial Regex Agreed();

    [GeneratedRegex("\"([a-z-]+)\"")]
    private static partial Regex Literal();

    [GeneratedRegex("(?m)^# TYPE (\\S+) (\\S+)$")]
    private static partial Regex Types();

    [GeneratedRegex("(?m)^# HELP (\\S+) (.*)$")]
    private static partial Regex Help();

    [GeneratedRegex("\"(mysqlha_[a-z_]+|process_[a-z_]+)\"")]
    private static partial Regex MetricName();

    [GeneratedRegex(@"^\s+\[""(/[^""]*)""\] = ")]
    private static partial Regex Entry();

    [GeneratedRegex(@"\b(MYSQLHA_[A-Z_]*[A-Z]|MYSQLD|OTEL_[A-Z_]+|JOURNAL_STREAM)\b(?!_)")]
    private static partial Regex Variable();
}
