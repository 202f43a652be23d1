using System.Diagnostics;
using MySqlHa.Sandbox;

namespace MySqlHa.Tests.Sandbox;

/// <summary>A sandbox on disk in a temporary folder, and stand-ins for its processes; all gone at the end.</summary>
internal sealed class TemporarySandbox : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("mysqlha-sandbox-").FullName;
    private readonly List<Process> _processes = [];

    public TemporarySandbox(string baseIp)
    {
        Place = SandboxPlace.At(baseIp, _home);
        Place.Prepare(new SandboxSettings(3, "lan", "/bin/true"));
    }

    public SandboxPlace Place { get; }

    public SandboxPlace Reopened() => SandboxPlace.At(Place.BaseIp, _home);

    /// <summary>A process that sleeps under the command line of a node's agent.</summary>
    public LiveProcess Agent(SandboxNode node) => Run("mysqlha", "agent", "--config", node.ConfigFile);

    /// <summary>A process that sleeps under the command line of a node's guard.</summary>
    public LiveProcess Guard(SandboxNode node) => Run("mysqlha", "guard", "--data", node.DataDirectory);

    /// <summary>A process that sleeps under the command line of a node's mysqld.</summary>
    public LiveProcess Mysqld(SandboxNode node) => Run("/usr/sbin/mysqld", $"--defaults-file={node.DataDirectory}/run/my.cnf");

    public LiveProcess Run(params string[] words)
    {
        // A shell that waits for input is one process with any command line, and ends with us.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true };
        foreach (var word in new[] { "-c", "read -r _" }.Concat(words))
        {
            start.ArgumentList.Add(word);
        }

        var process = Process.Start(start)!;
        _processes.Add(process);
        var live = LiveProcess.Read(process.Id);
        for (var tries = 0; tries < 500 && live?.Arguments.Contains(words[^1]) != true; tries++)
        {
            Thread.Sleep(10);
            live = LiveProcess.Read(process.Id);
        }

        return live ?? throw new InvalidOperationException("the stand-in has ended");
    }

    public void Dispose()
    {
        foreach (var process in _processes)
        {
            process.Kill();
            process.Dispose();
        }

        Directory.Delete(_home, recursive: true);
    }
}
