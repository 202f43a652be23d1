using System.Globalization;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What tests/benchmark was asked for, as it hands it on.</summary>
internal static class BenchmarkPlan
{
    /// <summary>Where the raw numbers are kept; null: no benchmark was asked for.</summary>
    public static string? Folder { get; } = Text("FOLDER");

    /// <summary>How often each thing is measured. 0: nothing, only the report is made.</summary>
    public static int Runs { get; } = Number("RUNS", 5);

    /// <summary>Only what has all of these in its name is measured.</summary>
    public static IReadOnlyList<string> Words { get; } = (Text("WORDS") ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Of clusters that nobody uses, all runs together.</summary>
    public static TimeSpan Rest { get; } = TimeSpan.FromSeconds(Number("REST", 60));

    /// <summary>The program of the agent, compiled as it is on machines.</summary>
    public static string Agent => Text("AGENT") ?? Path.Combine(AppContext.BaseDirectory, "mysqlha");

    /// <summary>
    /// A program that tools/fetch-balancer finds or fetches: the one that a variable names, else the repository's own.
    /// </summary>
    /// <exception cref="FileNotFoundException">There is none: what needs it cannot be measured.</exception>
    public static string Program(string variable, string name)
    {
        var own = Path.Combine(House.Repository.Root, ".tools", name, "bin", name.Replace("-", "", StringComparison.Ordinal));
        return Environment.GetEnvironmentVariable(variable) is { Length: > 0 } named ? named
            : File.Exists(own) ? own
            : throw new FileNotFoundException($"there is no {name} here: tools/fetch-balancer {name} says why");
    }

    /// <summary>Progress is told there, a line for each number.</summary>
    public static void Tell(string line)
    {
        if (Text("LOG") is { } log)
        {
            File.AppendAllText(log, $"{DateTime.UtcNow:HH:mm:ss}  {line}\n");
        }
    }

    private static string? Text(string name) =>
        Environment.GetEnvironmentVariable($"MYSQLHA_BENCHMARK_{name}") is { Length: > 0 } text ? text : null;

    private static int Number(string name, int otherwise) =>
        Text(name) is not { } text ? otherwise
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new InvalidOperationException($"MYSQLHA_BENCHMARK_{name}={text}: a whole number from 0");
}
