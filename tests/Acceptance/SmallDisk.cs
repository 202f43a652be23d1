using System.Diagnostics;
using System.Globalization;
using Xunit;

namespace MySqlHa.Tests.Acceptance;

/// <summary>A disk in memory of a given size, mounted on a directory until disposed of. What fills it is ours to remove again.</summary>
internal sealed class SmallDisk : IDisposable
{
    private readonly string _ballast;

    public SmallDisk(string directory, int mebibytes)
    {
        _ = System.IO.Directory.CreateDirectory(directory);
        Directory = directory;
        _ballast = Path.Combine(directory, "ballast");
        Run("mount", "-t", "tmpfs", "-o", string.Create(CultureInfo.InvariantCulture, $"size={mebibytes}m,mode=0700"), "mysqlha-test", directory);
    }

    public string Directory { get; }

    /// <summary>Takes all room but this much.</summary>
    public void Fill(long leave)
    {
        using var file = new FileStream(_ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        var chunk = new byte[64 * 1024];
        try
        {
            while (new DriveInfo(Directory).AvailableFreeSpace >= leave + chunk.Length)
            {
                file.Write(chunk);
            }
        }
        catch (IOException)
        {
            // Full, which was the point.
        }
    }

    public void MakeRoom() => File.Delete(_ballast);

    public void Dispose() => Run("umount", "--lazy", Directory);

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }
}
