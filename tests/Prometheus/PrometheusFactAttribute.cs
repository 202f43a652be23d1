using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Prometheus;

/// <summary>A test with the real Prometheus, or the tool that comes with it; reported as skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PrometheusFactAttribute : FactAttribute
{
    public PrometheusFactAttribute() =>
        Skip = Program is null || Tool is null ? "there is no prometheus here: tools/fetch-balancer prometheus fetches it" : null;

    /// <summary>PROMETHEUS, else the one on the PATH, else the repository's own; null: none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("PROMETHEUS") is { Length: > 0 } named
        ? File.Exists(named) ? named : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Append(Path.Combine(Repository.Root, ".tools", "prometheus", "bin"))
            .Select(d => Path.Combine(d, "prometheus")).FirstOrDefault(File.Exists);

    /// <summary>promtool, which is beside it; null: none.</summary>
    public static string? Tool { get; } =
        Program is { } program && Path.Combine(Path.GetDirectoryName(program)!, "promtool") is var tool && File.Exists(tool) ? tool : null;
}
