using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>A test in a real browser; reported as skipped where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumFactAttribute : FactAttribute
{
    public ChromiumFactAttribute() => Skip = Missing;

    /// <summary>CHROMIUM, else one on the PATH; null: none.</summary>
    public static string? Program { get; } = Environment.GetEnvironmentVariable("CHROMIUM") is { Length: > 0 } named
        ? File.Exists(named) ? named : null
        : (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .SelectMany(d => (string[])[$"{d}/chromium", $"{d}/chromium-browser", $"{d}/google-chrome"]).FirstOrDefault(File.Exists);

    /// <summary>Null: there is a browser.</summary>
    public static string? Missing => Program is null ? "there is no Chromium here: install chromium, or say CHROMIUM=/path/to/it" : null;
}

/// <summary>The same, once for each row.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ChromiumTheoryAttribute : TheoryAttribute
{
    public ChromiumTheoryAttribute() => Skip = ChromiumFactAttribute.Missing;
}
