using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.House;

/// <summary>The repository that these tests were built from, and its tracked files.</summary>
internal static class Repository
{
    private static readonly Lazy<string> LazyRoot = new(Find);
    private static readonly Lazy<IReadOnlyList<string>> LazyTracked = new(List);

    public static string Root => LazyRoot.Value;

    /// <summary>Paths relative to the root, with '/'. Files that are tracked and in the work tree.</summary>
    public static IReadOnlyList<string> Tracked => LazyTracked.Value;

    public static IEnumerable<string> Sources => Tracked.Where(f => f.EndsWith(".cs", StringComparison.Ordinal));

    public static string[] Lines(string file) => File.ReadAllLines(Path.Combine(Root, file));

    /// <summary>Fails the test with every violation, one a line.</summary>
    public static void None(IEnumerable<string> violations)
    {
        var all = violations.ToList();
        Assert.True(all.Count == 0, string.Join('\n', all));
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "MySqlHaStack.sln")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"no MySqlHaStack.sln above {AppContext.BaseDirectory}");
    }

    private static IReadOnlyList<string> List()
    {
        var start = new ProcessStartInfo("git") { WorkingDirectory = Root, RedirectStandardOutput = true };
        foreach (var word in new[] { "ls-files", "-z", "--cached", "--others", "--exclude-standard" })
        {
            start.ArgumentList.Add(word);
        }

        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return git.ExitCode == 0
            ? [.. files.Where(f => File.Exists(Path.Combine(Root, f))).Distinct().Order(StringComparer.Ordinal)]
            : throw new InvalidOperationException($"git ls-files ended with {git.ExitCode}");
    }
}
