using System.Diagnostics;

namespace MySqlHa.Tests.Infra;

/// <summary>A bash of this machine that reads a text.</summary>
internal static class LocalShell
{
    /// <summary>Exit code, and all that it printed.</summary>
    public static async Task<(int Code, string Output)> RunAsync(
        string option, string text, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("bash")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add(option);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var bash = Process.Start(start)!;
        var texts = Task.WhenAll(bash.StandardOutput.ReadToEndAsync(), bash.StandardError.ReadToEndAsync());
        await bash.StandardInput.WriteAsync(text);
        bash.StandardInput.Close();
        await bash.WaitForExitAsync();
        return (bash.ExitCode, string.Concat(await texts));
    }
}
