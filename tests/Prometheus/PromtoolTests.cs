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

    private static async Task<(int Exit, string Said)> RunAsync(string[] words, string input = "")
    {
        var start = new ProcessStartInfo(PrometheusFactAttribute.Tool!, words)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Path.Combine(Repository.Root, "docs", "prometheus"),
        };
        using var tool = Process.Start(start)!;
        var said = Task.WhenAll(tool.StandardOutput.ReadToEndAsync(), tool.StandardError.ReadToEndAsync());
        await tool.StandardInput.WriteAsync(input);
        tool.StandardInput.Close();
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await tool.WaitForExitAsync(deadline.Token);
        return (tool.ExitCode, string.Concat(await said));
    }
}
