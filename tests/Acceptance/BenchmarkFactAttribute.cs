using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A measurement, run by tests/benchmark-gap only: times depend on the machine, so no test passes or fails by them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BenchmarkFactAttribute : FactAttribute
{
    public const string Output = "MYSQLHA_BENCHMARK_OUTPUT";

    public static bool Runs => Environment.GetEnvironmentVariable(Output) is not (null or "");

    public BenchmarkFactAttribute()
    {
        if (!Runs)
        {
            Skip = "a benchmark: tests/benchmark-gap runs it";
        }
    }
}
