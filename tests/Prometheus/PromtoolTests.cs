using System.Diagnostics;
using System.Text.RegularExpressions;
using MySqlHa.Api;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Prometheus;

/// <summary>What Prometheus' own tool says of our metrics and rules.</summary>
public sealed partial class PromtoolTests
{
    [PrometheusFact]
    public async Task The_metrics_are_as_prometheus_wants_them()
    {
        var text = Metrics.Of(SampleCluster.SeenByLeader, TimeSpan.FromSeconds(0.8), TimeSpan.FromSeconds(1));
        var (exit, said) = await RunAsync(["check", "metrics"], text);
        Assert.True(exit == 0 && said.Trim().Length == 0, said);

        (exit, said) = await RunAsync(["check", "metrics"], text.Replace(" histogram", " counter", StringComparison.Ordinal));
        Assert.True(exit != 0, $"promtool takes what is wrong: {said}");
    }

    [PrometheusFact]
    public async Task The_alert_rules_hold_their_own_tests_and_the_example_of_a_configuration_is_one()
    {
        var (exit, said) = await RunAsync(["check", "config", "prometheus.yml"]);
        Assert.True(exit == 0, said);
        (exit, said) = await RunAsync(["test", "rules", "mysqlha-alerts.test.yml"]);
        Assert.True(exit == 0, said);
    }

    /// <summary>Every alert is made to fire for nothing, then never: the tests of each must notice.</summary>
    [PrometheusFact]
    public async Task No_rule_can_be_spoilt_without_a_test_that_fails()
    {
        var folder = Directory.CreateTempSubdirectory("mysqlha-rules-");
        try
        {
            var tests = await File.ReadAllTextAsync(Path.Combine(AlertRules.Folder, "mysqlha-alerts.test.yml"));
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "tests.yml"), tests);
            foreach (var mutant in new[] { "sum(vector(1)) > 0 or ", "vector(0) > 1 and " })
            {
                var rules = Expression().Replace(AlertRules.Text(), $"${{1}}{mutant}");
                await File.WriteAllTextAsync(Path.Combine(folder.FullName, "mysqlha-alerts.yml"), rules);
                var (exit, said) = await RunAsync(["test", "rules", "tests.yml"], within: folder.FullName);
                Assert.NotEqual(0, exit);
                Assert.All(AlertRules.All, alert => Assert.Contains($"alertname=\\\"{alert.Name}\\\"", said, StringComparison.Ordinal));
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Each_alert_says_what_it_is_what_to_do_and_where_to_read_on()
    {
        var headings = Repository.Lines("docs/operations.md")
            .Where(l => l.StartsWith("## ", StringComparison.Ordinal)).Select(l => l[3..]).ToHashSet();
        var tested = File.ReadAllText(Path.Combine(AlertRules.Folder, "mysqlha-alerts.test.yml"));
        Assert.All(AlertRules.All, alert =>
        {
            Assert.Contains(alert.Severity, new[] { "critical", "warning", "info" });
            Assert.NotEmpty(alert.Summary);
            Assert.True(alert.Description.Length > 40, alert.Name);
            Assert.Equal($"docs/operations.md#{alert.Name.ToLowerInvariant()}", alert.Runbook);
            Assert.Contains(alert.Name, headings);
            Assert.Contains($"- name: '{alert.Name}: ", tested, StringComparison.Ordinal);
        });
    }

    private static async Task<(int Exit, string Said)> RunAsync(string[] words, string input = "", string? within = null)
    {
        var start = new ProcessStartInfo(PrometheusFactAttribute.Tool!, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = within ?? AlertRules.Folder,
        };
        using var tool = Process.Start(start)!;
        var said = Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync(deadline.Token);
        return (tool.ExitCode, string.Concat(await said));
    }

    // With the sign of a folded expression, behind which a mutant could not stand.
    [GeneratedRegex(@"(expr: )(>-\s+)?")]
    private static partial Regex Expression();
}
