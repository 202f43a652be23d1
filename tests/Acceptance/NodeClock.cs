using System.Buffers.Binary;
using System.Diagnostics;
using MySqlHa.Tests.House;

namespace MySqlHa.Tests.Acceptance;

/// <summary>
/// The wall clock of one node's agent and mysqld: a small library (<c>node-clock.c</c>) that is loaded into them adds what a file says
/// to the time of day. The machine's own clock is never touched.
/// </summary>
internal sealed class NodeClock : IDisposable
{
    private static readonly Lazy<string> Library = new(Compile);
    private readonly string _file;
    private readonly FileStream _offset;

    public NodeClock(string file)
    {
        _file = file;
        _offset = new FileStream(file, FileMode.Create, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0);
        Shift(TimeSpan.Zero);
    }

    /// <summary>Why no clock can be set here; null: it can.</summary>
    public static string? Refusal { get; } = Compiler is null ? "another wall clock needs a C compiler (cc)" : null;

    private static string? Compiler =>
        (System.Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(d => Path.Combine(d, "cc")).FirstOrDefault(File.Exists);

    /// <summary>What a process is started with to have this clock.</summary>
    public IReadOnlyList<string> Environment => [$"LD_PRELOAD={Library.Value}", $"NODE_CLOCK={_file}"];

    /// <summary>In whole seconds, at once.</summary>
    public void Shift(TimeSpan offset)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)offset.TotalSeconds);
        _offset.Position = 0;
        _offset.Write(bytes);
    }

    public void Dispose() => _offset.Dispose();

    private static string Compile()
    {
        var library = Path.Combine(AppContext.BaseDirectory, "node-clock.so");
        var source = Path.Combine(Repository.Root, "tests", "Acceptance", "node-clock.c");
        using var compiler = Process.Start(Compiler!, ["-O2", "-shared", "-fPIC", "-o", library, source, "-ldl", "-pthread"]);
        compiler.WaitForExit();
        return compiler.ExitCode == 0 ? library : throw new InvalidOperationException($"{Compiler} does not compile {source}");
    }
}
