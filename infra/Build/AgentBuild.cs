using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using MySqlHa.Infra.Plan;
using Pulumi;

namespace MySqlHa.Infra.Build;

/// <summary>
/// The agent as one archive, with everything it needs to run: built from the sources when their version is not there yet, or an
/// archive that was built before.
/// </summary>
public sealed class AgentBuild
{
    private readonly Func<Task<string>> _archive;

    private AgentBuild(string version, Func<Task<string>> archive)
    {
        Version = version;
        _archive = archive;
    }

    /// <summary>Of the sources, or of the archive: another version is rolled out.</summary>
    public string Version { get; }

    /// <summary>Throws <see cref="RunException"/> where there is nothing to build from.</summary>
    public static AgentBuild Of(Settings settings)
    {
        if (settings.AgentArchive is { } given)
        {
            return File.Exists(given)
                ? new AgentBuild(VersionOf(given), () => Task.FromResult(Path.GetFullPath(given)))
                : throw new RunException($"agentArchive '{given}': there is no such file; it counts from {Environment.CurrentDirectory}");
        }

        var sources = AgentSources.Find()
            ?? throw new RunException(
                "the agent's sources (agent/agent.csproj) are not above this program: run it in the repository, or set agentArchive");
        var runtime = settings.Architecture.Runtime;
        var version = sources.Version(runtime);
        return new AgentBuild(version, () => BuildAsync(sources, version, runtime));
    }

    /// <summary>Path of the archive. Throws <see cref="RunException"/> with the compiler's words where it cannot be built.</summary>
    public Task<string> ArchiveAsync() => _archive();

    private static string VersionOf(string archive)
    {
        using var stream = File.OpenRead(archive);
        return Convert.ToHexStringLower(SHA256.HashData(stream))[..12];
    }

    private static async Task<string> BuildAsync(AgentSources sources, string version, string runtime)
    {
        var folder = Path.Combine(sources.Root, "infra", "bin", "agent");
        var archive = Path.Combine(folder, $"mysqlha-{runtime}-{version}.tar.gz");
        if (File.Exists(archive))
        {
            return archive;
        }

        Log.Info($"building the agent for {runtime}, version {version}");
        _ = Directory.CreateDirectory(folder);
        // Not the process's: a run that failed may still be at it when the next one of this process begins.
        var work = Directory.CreateDirectory(Path.Combine(folder, $"{version}.{Guid.NewGuid():N}")).FullName;
        try
        {
            var published = Path.Combine(work, "published");
            await PublishAsync(sources, version, runtime, Path.Combine(work, "artifacts"), published);
            await PackAsync(published, Path.Combine(work, "agent.tar.gz"));
            File.Move(Path.Combine(work, "agent.tar.gz"), archive, overwrite: true);
            return archive;
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task PublishAsync(AgentSources sources, string version, string runtime, string artifacts, string output)
    {
        var start = new ProcessStartInfo("dotnet")
        {
            WorkingDirectory = sources.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            // Folders of its own: a build that goes on beside this one keeps its.
            "publish", sources.Project, "--configuration", "Release", "--runtime", runtime, "--self-contained",
            "--artifacts-path", artifacts,
            "--output", output, "--nologo", "-p:PublishReadyToRun=true", "-p:DebugType=none",
            "-p:IncludeSourceRevisionInInformationalVersion=false",
            $"-p:VersionSuffix=g{version}", "-p:UseSharedCompilation=false",
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var texts = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            var lines = string.Concat(texts).Split('\n').Where(l => l.Contains("error", StringComparison.Ordinal)).Distinct().Take(10);
            throw new RunException($"the agent cannot be built for {runtime}:\n{string.Join('\n', lines)}");
        }
    }

    private static async Task PackAsync(string folder, string archive)
    {
        await using var file = File.Create(archive);
        await using var zip = new GZipStream(file, CompressionLevel.Optimal);
        await TarFile.CreateFromDirectoryAsync(folder, zip, includeBaseDirectory: false);
    }
}
