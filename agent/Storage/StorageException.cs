namespace MySqlHa.Storage;

/// <summary>The disk refused, or holds something that must not be used. The message names the file and what to do.</summary>
public class StorageException : IOException
{
    public StorageException(string message)
        : base(message)
    {
    }

    public StorageException(string message, Exception cause)
        : base(message, cause)
    {
    }
}

/// <summary>A file holds bytes that were not written so. Nothing in it is used: half a log could vote twice.</summary>
public sealed class StorageCorruptException : StorageException
{
    public StorageCorruptException(string file, long offset, string what)
        : base($"{file} is damaged at offset {offset}: {what}. Restore the file from a copy of this disk, or remove this node from the "
            + "cluster, empty its data directory and let it join again as a new node")
    {
        File = file;
        Offset = offset;
    }

    public string File { get; }

    public long Offset { get; }
}
