using System.Diagnostics;
using System.Text.RegularExpressions;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Cli;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Infra;

/// <summary>
/// The stack's script reads what <c>mysqlha status</c> prints for people: whom it does not know, it takes out of the cluster.
/// </summary>
public sealed partial class MembersScriptTests
{
    [Fact]
    public async Task It_reads_the_names_of_the_members_and_nothing_else()
    {
        await using var api = await RunningApi.StartAsync(SampleCluster.SeenByFollower);
        var status = (await CommandLineRun.AgainstAsync(api, "status")).Output;
        var script = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "infra/Plan/Scripts/members.sh"));
        var start = new ProcessStartInfo("awk", [AwkPattern().Match(script).Groups[1].Value])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        using var awk = Process.Start(start)!;
        await awk.StandardInput.WriteAsync(status);
        awk.StandardInput.Close();
        Assert.Equal("db1\ndb2\ndb3\n", await awk.StandardOutput.ReadToEndAsync());
        await awk.WaitForExitAsync();
        Assert.Equal(0, awk.ExitCode);
    }

    [GeneratedRegex("here status \\| awk '([^']+)'")]
    private static partial Regex AwkPattern();
}
