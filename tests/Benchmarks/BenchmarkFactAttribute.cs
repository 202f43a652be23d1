using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>A measurement, run by tests/benchmark only: times depend on the machine, so no test passes or fails by them.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class BenchmarkFactAttribute : FactAttribute
{
    public BenchmarkFactAttribute()
    {
        if (BenchmarkPlan.Folder is null)
        {
            Skip = "a benchmark: tests/benchmark runs it";
        }
    }
}
