using System.Text.Json;
using MySqlHa.Configuration;
using MySqlHa.Machines.Commands;
using MySqlHa.Ring;
using Xunit;

namespace MySqlHa.Tests.Cli;

[Collection(CommandLineRun.Collection)]
public sealed class ProgramTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("mysqlha-program-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Theory]
    [InlineData("explode")]
    [InlineData("status --nonsense")]
    [InlineData("reinit")]
    [InlineData("switchover --to")]
    [InlineData("status --address http://db1")]
    [InlineData("status --address 127.0.61.1:99999")]
    public async Task Wrong_words_end_with_the_code_of_usage(string command)
    {
        var run = await CommandLineRun.OfAsync(command.Split(' '));

        run.Expect(2);
        Assert.NotEmpty(run.Error);
    }

    [Theory]
    [InlineData("dsn --driver odbc", "--driver: 'odbc' is not allowed; allowed: mysqlconnector, jdbc, go, python, mysql")]
    [InlineData("completion fish", "shell: 'fish' is not allowed; allowed: bash, zsh")]
    [InlineData("sandbox up --timing slow", "--timing: 'slow' is not allowed; allowed: fast, lan, balanced, wan")]
    [InlineData(
        "sandbox up --group a.b", "--group: 'a.b' is not allowed; allowed: letters, digits, - and _, at most 64, a letter or digit first")]
    public async Task A_word_that_is_none_of_a_few_is_told_in_one_line_with_its_option(string command, string line)
    {
        var run = await CommandLineRun.OfAsync(command.Split(' '));

        run.Expect(2);
        Assert.Equal(line, run.Error.Split('\n')[0]);
    }

    [Theory]
    [InlineData("ring new --out /nowhere/ring.key", 1, "mysqlha: ring key /nowhere/ring.key cannot be written: there is no such folder")]
    [InlineData("status --token-file /nowhere", 2, "mysqlha: --token-file: '/nowhere' cannot be read: there is no such file")]
    public async Task A_file_that_is_not_there_is_named_once(string command, int code, string line)
    {
        var run = await CommandLineRun.OfAsync(command.Split(' '));

        run.Expect(code);
        Assert.Equal(line, run.Error.TrimEnd('\n'));
    }

    [Fact]
    public async Task A_guard_is_told_an_agents_directory_that_is_there()
    {
        var missing = await CommandLineRun.OfAsync("guard", "--data", "/no/such/directory");
        missing.Expect(2);
        Assert.Contains("--data '/no/such/directory' is no directory", missing.Error, StringComparison.Ordinal);
        (await CommandLineRun.OfAsync("guard")).Expect(2);
        (await CommandLineRun.OfAsync("guard", "--data", Path.GetTempPath())).Expect(18);
    }

    [Fact]
    public async Task Help_names_every_command_and_every_exit_code()
    {
        var run = await CommandLineRun.OfAsync("--help");

        run.Expect(0);
        string[] commands =
        [
            "agent", "status", "census", "switchover", "failover", "step-down", "pause", "resume", "reinit", "history", "version",
            "ring", "sandbox",
        ];
        Assert.All(commands, c => Assert.Contains($"  {c}", run.Output, StringComparison.Ordinal));
        string[] codes = ["0 ok", "1 error", "2 usage or configuration", "3 no leader", "4 refused", "5 outcome unknown"];
        Assert.All(codes, c => Assert.Contains(c, run.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_commands_exit_codes_are_in_its_own_help_and_not_in_the_list_of_commands()
    {
        const string Codes = "'mysql' ends with the client's own code";

        Assert.DoesNotContain(Codes, (await CommandLineRun.OfAsync("--help")).Output, StringComparison.Ordinal);
        Assert.Contains(Codes, (await CommandLineRun.OfAsync("sandbox", "--help")).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("sandbox --help", "  ./sandbox [command] [options]")]
    [InlineData("sandbox up --help", "  ./sandbox up [options]")]
    [InlineData("sandbox election force --help", "  ./sandbox election force <")]
    public async Task The_help_of_the_sandbox_says_what_is_typed(string command, string usage)
    {
        var run = await CommandLineRun.OfAsync(command.Split(' '));

        run.Expect(0);
        Assert.Contains($"Usage:\n{usage}", run.Output, StringComparison.Ordinal);
        Assert.Contains("'./sandbox --help', and", (await CommandLineRun.OfAsync("sandbox", "explode")).Error, StringComparison.Ordinal);
        Assert.Contains("'mysqlha --help', and", (await CommandLineRun.OfAsync("explode")).Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("explode", 2, "", "machines: Unrecognized command or argument 'explode'.")]
    [InlineData("kill", 2, "", "machines: Required argument missing for command: 'kill'.")]
    [InlineData("--help", 0, "Usage:\n  ./sandbox --machines [command] [options]", "")]
    [InlineData("kill --help", 0, "Usage:\n  ./sandbox --machines kill <node> [options]", "")]
    public async Task The_sandbox_on_machines_tells_wrong_words_without_its_whole_help(string words, int code, string said, string wrong)
    {
        var (output, error) = (new StringWriter(), new StringWriter());

        Assert.Equal(code, await MachinesCommand.RunAsync(words.Split(' '), output, error));

        Assert.Contains(said, output.ToString(), StringComparison.Ordinal);
        Assert.Contains(wrong, error.ToString(), StringComparison.Ordinal);
        Assert.Equal(code == 2, output.ToString().Length == 0);
    }

    [Fact]
    public async Task A_word_that_is_mistyped_is_guessed_and_one_letter_is_not()
    {
        var mistyped = await CommandLineRun.OfAsync("swichover");
        var letter = await CommandLineRun.OfAsync("pause", "x");

        mistyped.Expect(2);
        Assert.Contains("\nswitchover\n", mistyped.Error, StringComparison.Ordinal);
        Assert.Empty(mistyped.Output);
        letter.Expect(2);
        Assert.Equal("Unrecognized command or argument 'x'.", letter.Error.Split('\n')[0]);
        Assert.DoesNotContain("Did you mean", letter.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Version_is_the_number_of_the_build()
    {
        var text = await CommandLineRun.OfAsync("version");
        var json = await CommandLineRun.OfAsync("version", "--json");

        Assert.Matches(@"^mysqlha \d+\.\d+\.\d+", text.Output);
        Assert.Equal(text.Output.Trim(), $"mysqlha {JsonDocument.Parse(json.Output).RootElement.GetProperty("version").GetString()}");
    }

    [Fact]
    public async Task Ring_new_writes_a_key_that_a_ring_can_read_and_never_over_another()
    {
        var path = Path.Combine(_directory, "ring.key");

        var first = await CommandLineRun.OfAsync("ring", "new", "--name", "production", "--out", path);
        var written = await File.ReadAllTextAsync(path);
        var second = await CommandLineRun.OfAsync("ring", "new", "--out", path);

        first.Expect(0);
        second.Expect(1);
        Assert.StartsWith("production-", RingKey.Load(path).NameAndRevision, StringComparison.Ordinal);
        Assert.Equal(written, await File.ReadAllTextAsync(path));
        Assert.DoesNotContain(written.Split('\n')[3], first.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Ring_new_without_a_file_prints_the_key_and_refuses_a_bad_name()
    {
        var printed = await CommandLineRun.OfAsync("ring", "new");
        var refused = await CommandLineRun.OfAsync("ring", "new", "--name", "a b");

        printed.Expect(0);
        refused.Expect(2);
        Assert.StartsWith("mysql-", RingKey.Parse(printed.Output).NameAndRevision, StringComparison.Ordinal);
        Assert.Contains("'a b' cannot name a ring", refused.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_nodes_of_a_configuration_are_known_even_if_an_agent_would_refuse_it()
    {
        var path = Path.Combine(_directory, "agent.yaml");
        await File.WriteAllTextAsync(
            path,
            "listen: 127.0.61.1\npeers: ['127.0.61.2:9638', db3]\nports: {http: 19631}\nvoters: 2\nnonsense: 1\n");

        Assert.Equal(["127.0.61.1:19631", "127.0.61.2:19631", "db3:19631"], KnownNodes.In(path).Select(n => n.ToString()));
        Assert.Empty(KnownNodes.In(Path.Combine(_directory, "none.yaml")));
    }
}
