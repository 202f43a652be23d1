using System.Text.Json;
using System.Text.RegularExpressions;
using MySqlHa.Infra.Plan;
using MySqlHa.Tests.House;
using Xunit;
using YamlDotNet.Serialization;

namespace MySqlHa.Tests.Infra;

public sealed partial class ExampleConfigurationTests
{
    private const string Bag = "mysql-ha-stack:";

    [Fact]
    public void The_example_says_what_holds_without_it()
    {
        var config = Config();
        var values = config.Where(c => c.Key.StartsWith(Bag, StringComparison.Ordinal))
            .ToDictionary(c => c.Key[Bag.Length..], c => c.Value);
        var example = SettingsReader.Read("dev", config["aws:region"], values);
        var without = SettingsReader.Read("dev", config["aws:region"], new Dictionary<string, string>());
        Assert.Equal(JsonSerializer.Serialize(without), JsonSerializer.Serialize(example));
    }

    [Fact]
    public void Every_key_is_in_the_example()
    {
        var text = string.Join('\n', Repository.Lines("Pulumi.dev.yaml"));
        Assert.All(SettingsReader.Keys, key => Assert.Contains(key, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Actions_are_pinned_and_no_secret_reaches_the_pull_request_of_a_fork()
    {
        var files = Repository.Tracked.Where(f => f.StartsWith(".github/workflows/", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var text = string.Join('\n', Repository.Lines(file));
            Assert.All(Uses().Matches(text), use => Assert.Matches("^[a-z-]+/[a-z-]+@[0-9a-f]{40} # v", use.Groups[1].Value));
            Assert.DoesNotContain("pull_request_target", text, StringComparison.Ordinal);
            if (text.Contains("secrets.", StringComparison.Ordinal))
            {
                Assert.Contains("if: github.event.pull_request.head.repo.full_name == github.repository", text, StringComparison.Ordinal);
            }
        }
    }

    /// <summary>As Pulumi hands it over: scalars as text, lists and mappings as JSON.</summary>
    private static Dictionary<string, string> Config()
    {
        var yaml = string.Join('\n', Repository.Lines("Pulumi.dev.yaml"));
        var root = new DeserializerBuilder().Build().Deserialize<Dictionary<string, Dictionary<string, object>>>(yaml);
        return root["config"].ToDictionary(c => c.Key, c => c.Value as string ?? JsonSerializer.Serialize(c.Value));
    }

    [GeneratedRegex(@"uses: (.*)")]
    private static partial Regex Uses();
}
