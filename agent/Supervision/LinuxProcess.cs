using System.Globalization;
using System.Runtime.InteropServices;

namespace MySqlHa.Supervision;

/// <summary>
/// The system calls that .NET has no words for: a child in a session of its own with no pipe to us, and a handle (pidfd)
/// on a process that tells its end at once and can never mean another process.
/// </summary>
internal static partial class LinuxProcess
{
    private const int SpawnSetSigDef = 0x04;
    private const int SpawnSetSigMask = 0x08;
    private const int SpawnSetSid = 0x80;
    private const int WriteOnly = 1;
    private const int Create = 64;
    private const int Append = 1024;
    private const int PidfdSendSignal = 424; // the same number on x86-64 and arm64
    private const int PidfdOpen = 434;
    private const int SigKill = 9;
    private const int SigTerm = 15;
    private const int Interrupted = 4;
    private const short PollIn = 1;

    /// <summary>Starts a program that outlives us. Its output is appended to a file. Returns its process id.</summary>
    /// <param name="ours">One of our own programs, which is told what the runtime was told.</param>
    public static unsafe int Spawn(string path, IReadOnlyList<string> arguments, string outputFile, bool ours = false)
    {
        // Larger than any C library's own types (glibc: 80 and 336 bytes; a signal set has 128).
        var actions = stackalloc byte[1024];
        var attributes = stackalloc byte[1024];
        var signals = stackalloc byte[256];
        Check(posix_spawn_file_actions_init(actions), "posix_spawn");
        Check(posix_spawnattr_init(attributes), "posix_spawn");
        try
        {
            Check(posix_spawn_file_actions_addopen(actions, 0, "/dev/null", 0, 0), "posix_spawn");
            Check(posix_spawn_file_actions_addopen(actions, 1, outputFile, WriteOnly | Create | Append, 0x180), "posix_spawn");
            Check(posix_spawn_file_actions_adddup2(actions, 1, 2), "posix_spawn");
            new Span<byte>(signals, 256).Clear();
            Check(posix_spawnattr_setsigmask(attributes, signals), "posix_spawn");
            new Span<byte>(signals, 128).Fill(0xff); // .NET ignores SIGPIPE; a server must not inherit that
            Check(posix_spawnattr_setsigdefault(attributes, signals), "posix_spawn");
            Check(posix_spawnattr_setflags(attributes, SpawnSetSid | SpawnSetSigDef | SpawnSetSigMask), "posix_spawn");
            using var argv = new NativeStrings([path, .. arguments]);
            using var envp = new NativeStrings(ChildEnvironment(ours));
            int pid;
            Check(posix_spawn(&pid, path, actions, attributes, argv.Pointer, envp.Pointer), $"starting '{path}'");
            return pid;
        }
        finally
        {
            _ = posix_spawn_file_actions_destroy(actions);
            _ = posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>A handle on a live process, or -1 where there is none of that number.</summary>
    public static int Open(int pid) => (int)syscall(PidfdOpen, pid, 0, 0, 0);

    /// <summary>Blocks until the process of the handle has ended.</summary>
    public static unsafe void WaitForEnd(int pidfd)
    {
        var poll = new PollFd { Descriptor = pidfd, Events = PollIn };
        while (LinuxProcess.poll(&poll, 1, -1) < 0 && Marshal.GetLastPInvokeError() == Interrupted)
        {
        }
    }

    /// <summary>SIGKILL. Harmless where the process has ended already.</summary>
    public static void Kill(int pidfd) => _ = syscall(PidfdSendSignal, pidfd, SigKill, 0, 0);

    /// <summary>SIGTERM: mysqld shuts down in order. Never for one of the cluster's: it tells waiting clients OK.</summary>
    public static void EndInOrder(int pidfd) => _ = syscall(PidfdSendSignal, pidfd, SigTerm, 0, 0);

    public static void Close(int descriptor) => _ = close(descriptor);

    /// <summary>Takes a dead child out of the process table. Null for a process that is not our child.</summary>
    public static unsafe (int? ExitCode, int? Signal)? Reap(int pid)
    {
        int status;
        int result;
        do
        {
            result = waitpid(pid, &status, 0);
        }
        while (result < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        return result != pid ? null : (status & 0x7f) == 0 ? ((status >> 8) & 0xff, null) : (null, status & 0x7f);
    }

    /// <summary>
    /// When the kernel started the process, in its ticks since boot; null where there is no such process (or only a dead one).
    /// </summary>
    public static long? StartTime(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' '); // the name before it may hold anything
            return fields[0] is "Z" or "X" ? null : long.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>For people; empty where there is no such process. A server that its loader was told to run goes by its own name.</summary>
    public static string Name(int pid)
    {
        if (CommandLine(pid).Select(Path.GetFileName).FirstOrDefault(a => a is "mysqld" or "mysqld-debug" or "mariadbd") is { } server)
        {
            return server;
        }

        try
        {
            return File.ReadAllText($"/proc/{pid}/comm").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    public static IReadOnlyList<string> CommandLine(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    public static IEnumerable<int> All() =>
        Directory.EnumerateDirectories("/proc")
            .Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out var pid) ? pid : 0).Where(pid => pid > 0);

    public static string BootId() => File.ReadAllText("/proc/sys/kernel/random/boot_id").Trim();

    private static List<string> ChildEnvironment(bool ours)
    {
        // What speaks of us (systemd's sockets) or would change mysqld (its own variables) is not for the child.
        string[] dropped = ours ? ["NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_"] : ["NOTIFY_SOCKET", "WATCHDOG_", "LISTEN_", "MYSQL", "DOTNET_"];
        return [.. Environment.GetEnvironmentVariables().Cast<System.Collections.DictionaryEntry>()
            .Select(e => ($"{e.Key}", $"{e.Value}"))
            .Where(e => !dropped.Any(o => e.Item1.StartsWith(o, StringComparison.Ordinal)))
            .Select(e => $"{e.Item1}={e.Item2}")];
    }

    private static void Check(int error, string what)
    {
        if (error != 0)
        {
            throw new SupervisionException(
                SupervisionError.SystemCall, $"The system refused {what}: {Marshal.GetPInvokeErrorMessage(error)}.");
        }
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct PollFd
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>A null-terminated array of C strings, freed with its owner.</summary>
    private sealed unsafe class NativeStrings : IDisposable
    {
        private readonly nint[] _strings;
        private readonly GCHandle _pin;

        public NativeStrings(IReadOnlyList<string> strings)
        {
            _strings = new nint[strings.Count + 1];
            for (var i = 0; i < strings.Count; i++)
            {
                _strings[i] = Marshal.StringToCoTaskMemUTF8(strings[i]);
            }

            _pin = GCHandle.Alloc(_strings, GCHandleType.Pinned);
        }

        public byte** Pointer => (byte**)_pin.AddrOfPinnedObject();

        public void Dispose()
        {
            _pin.Free();
            foreach (var text in _strings)
            {
                Marshal.FreeCoTaskMem(text);
            }
        }
    }

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawn(int* pid, string path, byte* actions, byte* attributes, byte** argv, byte** envp);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_init(byte* actions);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_destroy(byte* actions);

    [LibraryImport("libc", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int posix_spawn_file_actions_addopen(byte* actions, int descriptor, string path, int flags, uint mode);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawn_file_actions_adddup2(byte* actions, int from, int to);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_init(byte* attributes);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_destroy(byte* attributes);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setflags(byte* attributes, short flags);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setsigmask(byte* attributes, byte* signals);

    [LibraryImport("libc")]
    private static unsafe partial int posix_spawnattr_setsigdefault(byte* attributes, byte* signals);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int waitpid(int pid, int* status, int options);

    [LibraryImport("libc", SetLastError = true)]
    private static unsafe partial int poll(PollFd* descriptors, ulong count, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial long syscall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc")]
    private static partial int close(int descriptor);
}
