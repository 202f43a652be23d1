using System.Net;
using System.Runtime.InteropServices;

namespace MySqlHa.Proxy;

/// <summary>
/// Sockets by their numbers, never blocking. .NET's own hand each completion to another thread, which costs more than the two system
/// calls that a message needs.
/// </summary>
internal static unsafe partial class SocketCalls
{
    public const int WouldBlock = 11;
    public const int InProgress = 115;
    public const int TooManyFilesHere = 24;
    public const int TooManyFiles = 23;
    public const int NoMemory = 12;
    public const int NoBuffers = 105;
    private const int Interrupted = 4;
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int Stream = 1;
    private const int Tcp = 6;
    private const int SocketLevel = 1;
    private const int NoSignal = 0x4000;
    private const int Write = 1;

    /// <summary>The next client, or -1 with the error.</summary>
    public static int Accept(int listener)
    {
        int client;
        do
        {
            client = accept4(listener, null, null, NonBlocking | CloseOnExec);
        }
        while (client < 0 && Marshal.GetLastPInvokeError() == Interrupted);
        if (client >= 0)
        {
            Prepare(client);
        }

        return client;
    }

    /// <summary>
    /// A socket on its way to the server; -1 where not even that is possible. An error of it shows when it is ready for writing.
    /// </summary>
    public static int Connect(IPEndPoint server)
    {
        var address = server.Serialize();
        var socket = SocketCalls.socket((int)address.Buffer.Span[0], Stream | NonBlocking | CloseOnExec, Tcp);
        if (socket < 0)
        {
            return -1;
        }

        Prepare(socket);
        fixed (byte* bytes = address.Buffer.Span)
        {
            if (connect(socket, bytes, (uint)address.Size) < 0 && Marshal.GetLastPInvokeError() is not (InProgress or Interrupted))
            {
                Close(socket);
                return -1;
            }
        }

        return socket;
    }

    /// <summary>The server has taken the connection.</summary>
    public static bool IsConnected(int socket)
    {
        var address = stackalloc byte[128];
        var length = 128U;
        return getpeername(socket, address, &length) == 0;
    }

    /// <summary>What became of a connection: 0: nothing bad so far.</summary>
    public static int ErrorOf(int socket)
    {
        const int Error = 4;
        int error = 0;
        var length = (uint)sizeof(int);
        return getsockopt(socket, SocketLevel, Error, &error, &length) < 0 ? Marshal.GetLastPInvokeError() : error;
    }

    /// <summary>Bytes received; 0: the peer has sent its last; negative: minus the error.</summary>
    public static int Receive(int socket, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            nint count;
            do
            {
                count = recv(socket, bytes, (nuint)buffer.Length, 0);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
        }
    }

    /// <summary>Bytes that the kernel took; negative: minus the error.</summary>
    public static int Send(int socket, ReadOnlySpan<byte> data)
    {
        fixed (byte* bytes = data)
        {
            nint count;
            do
            {
                count = send(socket, bytes, (nuint)data.Length, NoSignal);
            }
            while (count < 0 && Marshal.GetLastPInvokeError() == Interrupted);
            return count < 0 ? -Marshal.GetLastPInvokeError() : (int)count;
        }
    }

    /// <summary>The peer is told that nothing more comes.</summary>
    public static void EndSending(int socket) => _ = shutdown(socket, Write);

    public static void Close(int socket) => _ = close(socket);

    /// <summary>
    /// Small messages leave at once. A peer that went without a word is noticed within a minute or so: where nothing is under way by
    /// questions (after 30 s, each 10 s), else by what it leaves unacknowledged or does not take for 60 s, which is how long mysqld itself
    /// waits for a client that does not read (net_write_timeout).
    /// </summary>
    private static void Prepare(int socket)
    {
        const int KeepAlive = 9, NoDelay = 1, IdleSeconds = 4, IntervalSeconds = 5, Questions = 6, UserTimeoutMilliseconds = 18;
        Set(socket, Tcp, NoDelay, 1);
        Set(socket, SocketLevel, KeepAlive, 1);
        Set(socket, Tcp, IdleSeconds, 30);
        Set(socket, Tcp, IntervalSeconds, 10);
        Set(socket, Tcp, Questions, 3);
        Set(socket, Tcp, UserTimeoutMilliseconds, 60_000);
    }

    private static void Set(int socket, int level, int option, int value) => _ = setsockopt(socket, level, option, &value, sizeof(int));

    [LibraryImport("libc", SetLastError = true)]
    private static partial int accept4(int listener, void* address, uint* length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int socket(int family, int type, int protocol);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int connect(int socket, byte* address, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getpeername(int socket, byte* address, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int getsockopt(int socket, int level, int option, void* value, uint* length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int setsockopt(int socket, int level, int option, void* value, uint length);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint recv(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint send(int socket, byte* buffer, nuint length, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int shutdown(int socket, int how);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int close(int descriptor);
}
