using System.Text.RegularExpressions;
using Xunit;

namespace MySqlHa.Tests.House;

/// <summary>What keeps the repository readable, and free of the machine it was made on.</summary>
public sealed partial class TidyTests
{
    private const int LongestFile = 400;
    private const int LongestLine = 140;

    // Written before the limit was held; the list only gets shorter, and nothing in it may get worse than this.
    private const int LongestOldLine = 220;

    private static readonly string[] StillToFold =
    [
        "agent/Api/", "agent/Cluster/", "agent/Consensus/", "agent/Core/", "agent/Failover/", "agent/Membership/", "agent/Replication/",
        "agent/Ring/", "agent/Storage/", "agent/Supervision/", "tests/Api/", "tests/Consensus/", "tests/Membership/", "tests/RealMysqld/",
        "tests/Simulation/", "tests/Acceptance/", "agent/Node/",
    ];

    private static readonly string[] RootEntries =
    [
        ".ci", ".editorconfig", ".gitattributes", ".github", ".gitignore", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md",
        "Directory.Build.props", "Directory.Packages.props", "LICENSE", "MySqlHaStack.sln", "Pulumi.dev.yaml", "Pulumi.yaml", "README.md",
        "agent", "docs", "global.json", "infra", "sandbox", "test", "tests", "tools",
    ];

    // Put together so that this file does not hold what it looks for.
    private static readonly string[] Hosts =
        ["deb." + "debian.org", "api.nuget" + ".org", "registry.npmjs" + ".org", "proxy.golang" + ".org", "archive.ubuntu" + ".com"];

    [Fact]
    public void No_source_file_has_more_than_400_lines() =>
        Repository.None(
            from file in Repository.Sources
            let lines = Repository.Lines(file).Length
            where lines > LongestFile
            select $"{file} has {lines}");

    [Fact]
    public void No_source_line_has_more_than_140_columns() =>
        Repository.None(
            from file in Repository.Sources
            from line in Repository.Lines(file).Select((text, index) => (text.Length, Number: index + 1))
            where line.Length > (StillToFold.Any(f => file.StartsWith(f, StringComparison.Ordinal)) ? LongestOldLine : LongestLine)
            select $"{file}:{line.Number} has {line.Length}");

    /// <summary>Journald's MESSAGE_ID is made of it, and people look for it.</summary>
    [Fact]
    public void Each_kind_of_log_line_has_a_number_of_its_own() =>
        Repository.None(
            from file in Repository.Sources.Where(f => f.StartsWith("agent/", StringComparison.Ordinal))
            from line in Repository.Lines(file)
            let number = LogLine().Match(line)
            where number.Success
            group file by number.Groups[1].Value into same
            where same.Count() > 1
            select $"{same.Key} is used in {string.Join(" and ", same)}");

    [Fact]
    public void Own_namespaces_are_never_used_globally() =>
        Repository.None(
            from file in Repository.Tracked.Where(f => f.EndsWith(".cs", StringComparison.Ordinal) || Project().IsMatch(f))
            from line in Repository.Lines(file)
            where GlobalUsing().IsMatch(line)
            select $"{file}: {line.Trim()}");

    [Fact]
    public void The_root_has_only_entries_that_a_newcomer_can_place() =>
        Repository.None(Repository.Tracked.Select(f => f.Split('/')[0]).Distinct().Except(RootEntries));

    [Fact]
    public void Nothing_tracked_names_a_path_of_some_machine_or_the_host_of_a_registry() =>
        Repository.None(
            from file in Repository.Tracked.Where(f => !Binary().IsMatch(f))
            from line in Repository.Lines(file).Select((text, index) => (text, Number: index + 1))
            where MachinePath().IsMatch(line.text) || Hosts.Any(h => line.text.Contains(h, StringComparison.OrdinalIgnoreCase))
            select $"{file}:{line.Number}: {line.text.Trim()}");

    [Theory]
    [InlineData("cd /" + "work/main", true)]
    [InlineData("in /" + "home/ann/src", true)]
    [InlineData("tests/" + "work/x", false)]
    public void A_machine_path_is_told_from_other_paths(string line, bool machine) => Assert.Equal(machine, MachinePath().IsMatch(line));

    [Fact]
    public void The_commands_of_the_readme_can_be_run()
    {
        string[] commands = ["sandbox", "test", ".ci/run", "tools/fetch-mysql", "tools/fetch-balancer", "tools/packages"];
        Assert.All(commands, command => Assert.True(IsExecutable(Path.Combine(Repository.Root, command)), $"{command} is not executable"));
    }

#pragma warning disable CA1416 // the tests run on Linux
    private static bool IsExecutable(string path) => File.GetUnixFileMode(path).HasFlag(UnixFileMode.UserExecute);
#pragma warning restore CA1416

    // Not behind a placeholder: below another folder it is no place of a machine.
    [GeneratedRegex(@"\[LoggerMessage\(([0-9]+),")]
    private static partial Regex LogLine();

    [GeneratedRegex(@"(^|[^A-Za-z0-9_.}>-])/(work|farm|root|home/[a-z]+)(/|\b)")]
    private static partial Regex MachinePath();

    [GeneratedRegex(@"^\s*global\s+using\s+(static\s+)?([\w]+\s*=\s*)?MySqlHa|<Using\s+Include=""MySqlHa")]
    private static partial Regex GlobalUsing();

    [GeneratedRegex(@"\.(csproj|props|targets)$")]
    private static partial Regex Project();

    [GeneratedRegex(@"\.(png|ico|jpg|gif)$")]
    private static partial Regex Binary();
}
