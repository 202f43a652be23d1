using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// A file system of its own (ext4 on a loop device) below one node's data, until disposed of: a disk that can be filled, goes
/// read-only as after an error of its medium, stands still, or is slow.
/// </summary>
/// <remarks>
/// Slow is the kernel's throttle of the device (blkio of cgroup v1): so many writes a second, a synced one being several. Device-mapper's
/// delay would be the other way; kernels without it are common. With cgroup v2 alone there is no throttle here, and that blow is left out.
/// </remarks>
internal sealed partial class LoopDisk : IDisposable
{
    private const long Size = 3L << 30; // sparse: what is not written takes no room
    private readonly string _directory;
    private readonly string _image;
    private bool _stalled;
    private bool _slow;

    public LoopDisk(string directory)
    {
        (_directory, _image) = (directory, Path.Combine(Path.GetTempPath(), $"mysqlha-disk-{Guid.NewGuid():N}"));
        using (var file = File.Create(_image))
        {
            file.SetLength(Size);
        }

        _ = Run("mkfs.ext4", "-q", "-F", "-m", "0", _image);
        _ = Directory.CreateDirectory(directory);
        Mount();
        Directory.Delete(Path.Combine(directory, "lost+found"));
    }

    /// <summary>Why none can be made here; null: it can.</summary>
    public static string? Refusal { get; } =
        !Environment.IsPrivilegedProcess ? "a disk of its own needs root"
        : new[] { "mkfs.ext4", "e2fsck", "mount", "fallocate", "fsfreeze" }.FirstOrDefault(p => !IsThere(p)) is { } missing
            ? $"a disk of its own needs the program {missing}"
        : !File.Exists("/dev/loop-control") ? "a disk of its own needs loop devices"
        : null;

    /// <summary>Why none can be slowed down; null: it can.</summary>
    public static string? RefusalToSlow { get; } =
        Refusal ?? (File.Exists(Throttle) ? null : "a slow disk needs the throttle of block devices of cgroup v1 (blkio)");

    /// <summary>It went read-only: nobody can write to it before <see cref="Repair"/>.</summary>
    public bool Broken { get; private set; }

    private string Ballast => Path.Combine(_directory, "ballast");

    private static string Throttle => "/sys/fs/cgroup/blkio" + OwnGroup() + "/blkio.throttle.write_iops_device";

    /// <summary>What an earlier run left mounted below a directory is taken away.</summary>
    public static void UnmountLeftovers(string below)
    {
        foreach (var place in Mounts().Where(m => m.Place.StartsWith(below + "/", StringComparison.Ordinal)).Select(m => m.Place))
        {
            _ = Try("fsfreeze", "-u", place);
            _ = Run("umount", "--lazy", place);
        }
    }

    /// <summary>Not one byte is left.</summary>
    public void Fill()
    {
        long at = 0;
        for (var chunk = 1L << 30; chunk >= 4096; chunk /= 4)
        {
            while (Try("fallocate", "-o", Text(at), "-l", Text(chunk), Ballast) == 0)
            {
                at += chunk;
            }
        }
    }

    /// <summary>As after an error of the medium: all writing is refused from now on.</summary>
    public void Break()
    {
        File.WriteAllText($"/sys/fs/ext4/{Device}/trigger_fs_error", "1");
        Broken = true;
    }

    /// <summary>Every write waits, until <see cref="Mend"/>.</summary>
    public void Stall()
    {
        _ = Run("fsfreeze", "-f", _directory);
        _stalled = true;
    }

    /// <summary>So many writes a second; one synced commit is several.</summary>
    public void Slow(int writes)
    {
        File.WriteAllText(Throttle, $"{Number} {Text(writes)}");
        _slow = true;
    }

    /// <summary>Undoes all but <see cref="Break"/>.</summary>
    public void Mend()
    {
        if (_stalled)
        {
            _ = Run("fsfreeze", "-u", _directory);
            _stalled = false;
        }

        if (_slow)
        {
            File.WriteAllText(Throttle, $"{Number} 0");
            _slow = false;
        }

        if (!Broken)
        {
            File.Delete(Ballast);
        }
    }

    /// <summary>False: something runs on it.</summary>
    public bool TakeOut() => Try("umount", _directory) == 0;

    /// <summary>As a person would after such an error. It was taken out.</summary>
    public void Repair()
    {
        // 1: it found errors and mended them.
        if (Try("e2fsck", "-f", "-p", _image) is > 1 and var exit)
        {
            throw new InvalidOperationException($"e2fsck of {_image} ended with {exit}");
        }

        Mount();
        Broken = false;
        Mend();
    }

    public void Dispose()
    {
        Mend();
        _ = Run("umount", "--lazy", _directory);
        File.Delete(_image);
    }

    private void Mount() => Run("mount", "-t", "ext4", "-o", "loop,errors=remount-ro", _image, _directory);

    private string Device => Path.GetFileName(Mounts().Last(m => m.Place == _directory).Device);

    /// <summary>Major and minor, as the throttle wants them.</summary>
    private string Number => File.ReadAllText($"/sys/block/{Device}/dev").Trim();

    private static string OwnGroup() =>
        File.ReadLines("/proc/self/cgroup").Select(l => l.Split(':', 3))
            .FirstOrDefault(f => f[1].Split(',').Contains("blkio")) is [_, _, var path]
            ? path.TrimEnd('/')
            : "";

    private static IEnumerable<(string Device, string Place)> Mounts() =>
        File.ReadLines("/proc/mounts").Select(l => l.Split(' '))
            .Select(f => (f[0], Octal().Replace(f[1], m => ((char)Convert.ToInt32(m.Value[1..], 8)).ToString())));

    private static int Run(string program, params string[] arguments) =>
        Try(program, arguments) is var exit && exit == 0
            ? exit
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {exit}");

    private static int Try(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        _ = process.StandardError.ReadToEndAsync();
        _ = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }

    private static bool IsThere(string program)
    {
        try
        {
            _ = Try(program, "--version");
            return true;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"\\[0-7]{3}")]
    private static partial Regex Octal();
}
