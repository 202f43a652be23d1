using System.Diagnostics;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>A test on machines of this host; reported as skipped, with the reason, where none can be made.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class MachinesFactAttribute : FactAttribute
{
    private static readonly Lazy<string?> Obstacle = new(Find);

    public MachinesFactAttribute() => Skip = Obstacle.Value;

    private static string? Find()
    {
        var start = new ProcessStartInfo(Path.Combine(Repository.Root, "tools", "machine-root"), "--can") { RedirectStandardError = true };
        using var asked = Process.Start(start)!;
        var why = asked.StandardError.ReadToEnd().Trim();
        asked.WaitForExit();
        return asked.ExitCode == 0 ? null : why;
    }
}
