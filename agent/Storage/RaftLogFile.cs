using MySqlHa.Consensus;

namespace MySqlHa.Storage;

/// <summary>
/// What a Raft node keeps, in one file of a directory that only it uses. What <see cref="Save"/> returned from survives a power
/// loss. A save is appended and synced once; a snapshot rewrites the file (new file, sync, rename, sync of the directory).
/// After a save failed nothing more is saved: what the disk then holds is known only to the next <see cref="Open(string)"/>.
/// </summary>
public sealed class RaftLogFile : IDisposable
{
    private const string FileName = "raft.log";

    private readonly DirectoryLock _lock;
    private readonly string _path;
    private readonly DiskWrite _write;
    private readonly KeptState _state;
    private FileStream? _file;
    private long _end;
    private Exception? _failure;

    private RaftLogFile(DirectoryLock held, string path, DiskWrite write)
    {
        _lock = held;
        _path = path;
        _write = write;
        _state = new KeptState(RaftPersistent.Initial);
        var last = ReadOnlySpan<byte>.Empty;
        if (DurableFile.Read(path) is { } bytes)
        {
            last = bytes.AsSpan((int)Load(bytes)..(int)_end);
        }
        else
        {
            DurableFile.WriteAtomically(path, RaftLogFormat.Header(), DurableFile.Private);
            _end = RaftLogFormat.HeaderBytes;
        }

        Kept = _state.ToPersistent();
        _file = OpenForAppend();
        try
        {
            if (_file.Length != _end)
            {
                _file.SetLength(_end);
            }

            // An earlier process may have ended between a write, or a rename, and its sync: what was read here is believed from now on,
            // a vote for one, and must not go with the power. Where that sync failed, the kernel may hold the bytes as if they were on the
            // disk (fsync(2), EIO), and another sync would find nothing to do; so they are written again. Only the last save's can be so.
            write(_file, last, _end - last.Length);
        }
        catch (IOException bad)
        {
            _file.Dispose();
            throw new StorageException($"cannot make {path} durable: {bad.Message}", bad);
        }

        DirectorySync.Sync(Path.GetDirectoryName(path)!);
    }

    /// <summary>Writes all bytes at an offset and syncs the file, or throws.</summary>
    internal delegate void DiskWrite(FileStream file, ReadOnlySpan<byte> bytes, long offset);

    /// <summary>What the file held when it was opened; on the disk, whoever wrote it.</summary>
    public RaftPersistent Kept { get; }

    /// <summary>A sentence about the torn end that a crash left and that was cut; null where the file was whole.</summary>
    public string? TornTail { get; private set; }

    /// <summary>Bytes on disk. Grows with each save until a snapshot rewrites the file.</summary>
    public long Length => _end;

    /// <summary>
    /// Opens, or creates, the log of a directory. Throws <see cref="StorageException"/> where another process uses it or the
    /// format is unknown, <see cref="StorageCorruptException"/> where it is damaged anywhere but at its end.
    /// </summary>
    public static RaftLogFile Open(string directory) => Open(directory, static (file, bytes, offset) =>
    {
        RandomAccess.Write(file.SafeFileHandle, bytes, offset);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
    });

    internal static RaftLogFile Open(string directory, DiskWrite write)
    {
        var held = DirectoryLock.Take(directory);
        try
        {
            return new RaftLogFile(held, Path.Combine(Path.GetFullPath(directory), FileName), write);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Makes an output durable. Throws <see cref="StorageException"/> where it could not; then the node must stop.</summary>
    public void Save(RaftOutput output)
    {
        ArgumentNullException.ThrowIfNull(output);
        ObjectDisposedException.ThrowIf(_file is null, this);
        if (_failure is not null)
        {
            throw new StorageException($"{_path} is not written any more, because an earlier write failed: {_failure.Message}", _failure);
        }

        if (!output.NeedsSync)
        {
            return;
        }

        try
        {
            if (output.Install is null)
            {
                Append(output);
            }
            else
            {
                Rewrite(output);
            }
        }
        catch (Exception bad) when (bad is IOException or UnauthorizedAccessException)
        {
            _failure = bad;
            throw new StorageException(
                $"cannot write {_path}: {bad.Message}. This node stops taking part until it can; free or repair the disk and restart it",
                bad);
        }
    }

    public void Dispose()
    {
        _file?.Dispose();
        _file = null;
        _lock.Dispose();
    }

    private void Append(RaftOutput output)
    {
        var frame = RaftLogFormat.Frame(null, output.Append, output.Hard);
        _write(_file!, frame, _end);
        _end += frame.Length;
        _state.Apply(output);
    }

    private void Rewrite(RaftOutput output)
    {
        _state.Apply(output);
        var all = _state.ToPersistent();
        byte[] bytes = [.. RaftLogFormat.Header(), .. RaftLogFormat.Frame(all.Snapshot, all.Entries, all.Hard)];
        DurableFile.WriteAtomically(_path, bytes, DurableFile.Private);
        _file!.Dispose();
        _file = OpenForAppend();
        _end = bytes.Length;
    }

    private FileStream OpenForAppend() => new(_path, new FileStreamOptions
    {
        Mode = FileMode.Open,
        Access = FileAccess.Write,
        Share = FileShare.ReadWrite | FileShare.Delete,
        BufferSize = 0,
    });

    /// <summary>Where the last sound frame begins; the end of the header where there is none.</summary>
    private long Load(byte[] bytes)
    {
        RaftLogFormat.CheckHeader(_path, bytes);
        _end = RaftLogFormat.HeaderBytes;
        var last = _end;
        while (_end < bytes.Length)
        {
            if (!RaftLogFormat.TryReadFrame(bytes.AsSpan((int)_end), out var payload))
            {
                ExplainEnd(bytes);
                return last;
            }

            try
            {
                RaftLogFormat.Replay(payload, _state);
            }
            catch (FormatException bad)
            {
                throw new StorageCorruptException(_path, _end, bad.Message);
            }

            last = _end;
            _end += RaftLogFormat.FrameHeadBytes + payload.Length;
        }

        return last;
    }

    /// <summary>
    /// A crash leaves at most one unsound frame, and nothing behind it: the save before it had returned. Anything sound
    /// behind it was acknowledged, so the damage lies in what this node has promised to remember.
    /// </summary>
    private void ExplainEnd(byte[] bytes)
    {
        for (var at = (int)_end + 1; at < bytes.Length - RaftLogFormat.FrameHeadBytes; at++)
        {
            if (RaftLogFormat.TryReadFrame(bytes.AsSpan(at), out _))
            {
                throw new StorageCorruptException(_path, _end, $"a record is unsound, but sound ones follow at {at}");
            }
        }

        TornTail = $"{_path} ended in {bytes.Length - _end} bytes of an unfinished write at offset {_end}, left by a crash; they were cut";
    }
}
