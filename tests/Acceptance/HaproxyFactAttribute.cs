using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A test with the real HAProxy; reported as skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class HaproxyFactAttribute : FactAttribute
{
    public HaproxyFactAttribute() => Skip = Program is null ? "there is no haproxy here: tools/fetch-balancer haproxy fetches it" : null;

    /// <summary>HAPROXY, else the one on the PATH, else the repository's own; null: none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("HAPROXY") is { Length: > 0 } named
        ? File.Exists(named) ? named : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries).Append("/usr/sbin")
            .Append(Path.Combine(Repository.Root, ".tools", "haproxy", "bin"))
            .Select(d => Path.Combine(d, "haproxy")).FirstOrDefault(File.Exists);
}
