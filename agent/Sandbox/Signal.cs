using System.Runtime.InteropServices;

namespace MySqlHa.Sandbox;

/// <summary>
/// Signals to a process that was looked at before: through a handle (pidfd), so the number cannot have changed its owner.
/// </summary>
internal static partial class Signal
{
    public const int Kill = 9;
    public const int Terminate = 15;
    public const int Continue = 18;
    public const int Stop = 19;

    // The same numbers on x86-64 and arm64.
    private const long PidfdSendSignal = 424;
    private const long PidfdOpen = 434;

    private const int NotPermitted = 1;

    /// <summary>False: the process had ended already. Throws where it belongs to another user.</summary>
    public static bool Send(LiveProcess process, int signal)
    {
        var handle = (int)SystemCall(PidfdOpen, process.Pid, 0, 0, 0);
        if (handle < 0)
        {
            return false;
        }

        try
        {
            if (!process.Alive)
            {
                return false;
            }

            var sent = SystemCall(PidfdSendSignal, handle, signal, 0, 0) == 0;
            return sent || Marshal.GetLastPInvokeError() != NotPermitted
                ? sent
                : throw new SandboxException(
                    SandboxExit.Refused, $"process {process.Pid} belongs to another user: run this command as the one who did up");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long SystemCall(long number, long first, long second, long third, long fourth);

    [LibraryImport("libc", EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
