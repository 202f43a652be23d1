using System.Buffers.Binary;
using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MySqlHa.Proxy;

/// <summary>What is asked of a socket, and what it has; Linux' numbers.</summary>
[Flags]
internal enum Readiness : uint
{
    None = 0,

    /// <summary>There are bytes, or the peer has sent its last, or a client waits to be accepted.</summary>
    Input = 0x1,
    Output = 0x4,
    Error = 0x8,

    /// <summary>Both directions have ended.</summary>
    Over = 0x10,

    /// <summary>The peer has sent its last.</summary>
    PeerEnded = 0x2000,

    /// <summary>Told once for each time that something happens, instead of as long as it is so.</summary>
    Edge = 0x80000000,
}

/// <summary>
/// Many sockets waited for by one thread (Linux' epoll, level-triggered). Only <see cref="Wake"/> may be called by others.
/// </summary>
internal sealed unsafe partial class Poller : IDisposable
{
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;
    private const int AddOne = 1;
    private const int RemoveOne = 2;
    private const int ChangeOne = 3;
    private const int Most = 256;
    private const ulong Woken = ulong.MaxValue;

    // struct epoll_event is packed on x86-64 only: 4 bytes of events, then 8 of data at offset 4 or 8.
    private static readonly int Offset = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 4 : 8;
    private readonly byte[] _events = GC.AllocateArray<byte>(Most * (Offset + 8), pinned: true);
    private readonly int _epoll;
    private readonly int _wake;

    public Poller()
    {
        _epoll = epoll_create1(CloseOnExec);
        _wake = eventfd(0, CloseOnExec | NonBlocking);
        if (_epoll < 0 || _wake < 0)
        {
            throw new Win32Exception();
        }

        // Never read: each wake-up is an edge of its own. Were it read, one that came just before would be lost with it.
        Add(_wake, Readiness.Input | Readiness.Edge, Woken);
    }

    /// <param name="token">Comes back with each event; never <see cref="ulong.MaxValue"/>.</param>
    public void Add(int socket, Readiness wanted, ulong token) => Control(AddOne, socket, wanted, token);

    public void Change(int socket, Readiness wanted, ulong token) => Control(ChangeOne, socket, wanted, token);

    public void Remove(int socket) => _ = epoll_ctl(_epoll, RemoveOne, socket, null);

    /// <summary>Ends the <see cref="Wait"/> that is under way, or the next.</summary>
    public void Wake()
    {
        var one = 1UL;
        _ = write(_wake, &one, sizeof(ulong));
    }

    /// <summary>How many events there are to be read with <see cref="Event"/>; none after the time, or where somebody woke us.</summary>
    /// <param name="milliseconds">-1: for ever.</param>
    public int Wait(int milliseconds)
    {
        fixed (byte* events = _events)
        {
            var count = epoll_wait(_epoll, events, Most, milliseconds);
            return Math.Max(count, 0);
        }
    }

    /// <summary>One of those that the last <see cref="Wait"/> found. False: it was only a wake-up.</summary>
    public bool Event(int index, out Readiness ready, out ulong token)
    {
        var bytes = _events.AsSpan(index * (Offset + 8));
        ready = (Readiness)BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        token = BinaryPrimitives.ReadUInt64LittleEndian(bytes[Offset..]);
        return token != Woken;
    }

    public void Dispose()
    {
        SocketCalls.Close(_wake);
        SocketCalls.Close(_epoll);
    }

    private void Control(int operation, int socket, Readiness wanted, ulong token)
    {
        var bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt32LittleEndian(new Span<byte>(bytes, 4), (uint)wanted);
        BinaryPrimitives.WriteUInt64LittleEndian(new Span<byte>(bytes + Offset, 8), token);
        if (epoll_ctl(_epoll, operation, socket, bytes) < 0)
        {
            throw new Win32Exception();
        }
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_create1(int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int eventfd(uint initial, int flags);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_ctl(int epoll, int operation, int descriptor, byte* request);

    [LibraryImport("libc", SetLastError = true)]
    private static partial int epoll_wait(int epoll, byte* events, int most, int milliseconds);

    [LibraryImport("libc", SetLastError = true)]
    private static partial nint write(int descriptor, void* buffer, nuint length);
}
