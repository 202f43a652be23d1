using System.Diagnostics;
using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Acceptance;

/// <summary>The <c>mysqlha</c> of this build, told all nodes of the sandbox.</summary>
internal static class MysqlhaProgram
{
    public static async Task<(int Exit, string Output, string Errors)> RunAsync(params string[] words)
    {
        var dotnet = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "../../../dotnet");
        var start = new ProcessStartInfo(dotnet) { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        start.Environment["MYSQLHA_SANDBOX_HOME"] = FaultCluster.Home; // whose ring key it asks with
        start.Environment["MYSQLHA_ADDRESS"] = string.Join(',', SandboxCluster.Numbers.Select(SandboxCluster.AddressOf));
        _ = start.Environment.TryAdd("MYSQLHA_SANDBOX_HOME", Path.Combine(Repository.Root, ".sandbox"));
        foreach (var word in (string[])[Path.Combine(AppContext.BaseDirectory, "mysqlha.dll"), .. words])
        {
            start.ArgumentList.Add(word);
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        await process.WaitForExitAsync(deadline.Token);
        return (process.ExitCode, await output, await errors);
    }
}
