using MySqlHa.Infra.Plan;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>
/// What goes to the machines, as text that somebody has read and approved. UPDATE_APPROVED=1 writes it anew: look at the difference.
/// A file of this repository that stands in it whole (a script, another approved text) is named there, not repeated.
/// </summary>
public sealed class RenderedTextTests
{
    private static readonly ClusterPlan Plan = Good.Plan(("mysqlSettings", """{"sql_mode": "ANSI_QUOTES", "max_connections": 500}"""));
    private static readonly PlannedNode Node = Plan.Nodes[1];
    private static readonly Release Release = Release.Of(Plan, Node, "0123456789ab");

    public static TheoryData<string> Names => [.. Texts.Keys];

    public static TheoryData<string> Scripts => [.. Texts.Keys.Where(name => name.EndsWith(".sh", StringComparison.Ordinal))];

    private static Dictionary<string, string> Texts => new()
    {
        ["agent.yaml"] = Release.AgentYaml,
        ["mysqlha.service"] = Release.AgentUnit,
        ["mysqlha-guard.service"] = Release.GuardUnit,
        ["mysqlha-fence.service"] = Release.FenceUnit,
        ["user-data.yaml"] = UserData.Render(
            Node, "-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----\n", "ssh-ed25519 BBBB c\n"),
        ["runner.sh"] = Shell.Runner + "\n",
        ["ssh-key.sh"] = Steps.NewSshKey("mysql.production-login"),
        ["reach.sh"] = Steps.Reach(Plan, Node),
        ["prepare.sh"] = Steps.Prepare(Plan, Node, "vol-0abc"),
        ["stage.sh"] = Steps.Stage(Plan, Node, Release),
        ["new-ring-key.sh"] = Steps.NewRingKey(Plan, Release.Version),
        ["current-ring-key.sh"] = Steps.CurrentRingKey(),
        ["put-ring-key.sh"] = Steps.PutRingKey(Node),
        ["first-round.sh"] = Steps.ActivateOnFollower(Plan, Node, Release),
        ["second-round.sh"] = Steps.ActivateOnLeader(Plan, Node, Release),
        ["members.sh"] = Steps.Members(Plan, Release.Version),
        ["password.sh"] = Steps.ReadPassword(Plan),
    };

    [Theory]
    [MemberData(nameof(Names))]
    public void A_text_is_as_it_was_approved(string name)
    {
        var file = Path.Combine(Repository.Root, "tests", "Infra", "Approved", name);
        if (Environment.GetEnvironmentVariable("UPDATE_APPROVED") == "1")
        {
            File.WriteAllText(file, Folded(name));
        }

        Assert.Equal(File.ReadAllText(file), Folded(name));
    }

    [Fact]
    public void A_script_that_is_not_whole_is_not_named_but_shown()
    {
        var script = Shell.Script("reach");
        Assert.Equal("<Scripts/reach.sh>\n", Fold(script));
        Assert.Equal(script[..^5], Fold(script[..^5]));
    }

    [Theory]
    [MemberData(nameof(Scripts))]
    public async Task A_shell_can_read_it(string name)
    {
        Assert.Equal((0, ""), await LocalShell.RunAsync("-n", Texts[name]));
    }

    [Fact]
    public async Task Any_value_reaches_a_step_as_it_is()
    {
        const string Value = "it's $HOME `id` \\ \"x\"\nEND";
        var (code, output) = await LocalShell.RunAsync("-s", $"v={Shell.Quoted(Value)}; printf '%s' \"$v\"");
        Assert.Equal((0, Value), (code, output));
    }

    private static string Folded(string name) =>
        Fold(new[] { "agent.yaml", "mysqlha.service", "mysqlha-guard.service", "mysqlha-fence.service" }.Where(other => other != name)
            .Aggregate(Texts[name], (text, other) => text.Replace(Texts[other], $"<{other}>\n", StringComparison.Ordinal)));

    private static string Fold(string text)
    {
        var scripts = Path.Combine(Repository.Root, "infra", "Plan", "Scripts");
        foreach (var script in Directory.EnumerateFiles(scripts).Order(StringComparer.Ordinal))
        {
            var whole = File.ReadAllText(script);
            var mark = $"<Scripts/{Path.GetFileName(script)}>\n";
            text = text.Replace(whole, mark, StringComparison.Ordinal)
                .Replace(Shell.Quoted(whole)[1..^1], mark, StringComparison.Ordinal);
        }

        return text;
    }
}
