using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using MySqlHa.Consensus;

namespace MySqlHa.Storage;

/// <summary>
/// The bytes of a Raft log file. A header (magic, version, checksum), then one frame for each save: length, CRC-32C of length
/// and payload, payload. The payload is a sequence of items: kind, length, JSON.
/// One frame a save, because a power loss may keep the later sectors of a write and lose the earlier ones: with smaller
/// frames that would look like damage in the middle.
/// </summary>
internal static class RaftLogFormat
{
    public const int HeaderBytes = 16;
    public const int FrameHeadBytes = 8;
    private const int ItemHeadBytes = 5;
    private const uint Version = 1;
    private const byte SnapshotItem = 1;
    private const byte EntryItem = 2;
    private const byte HardItem = 3;

    private static ReadOnlySpan<byte> Magic => "MYHARAFT"u8;

    public static byte[] Header()
    {
        var bytes = new byte[HeaderBytes];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), Version);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Crc32C.Of(bytes.AsSpan(0, 12)));
        return bytes;
    }

    public static void CheckHeader(string file, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderBytes || !bytes[..8].SequenceEqual(Magic))
        {
            throw new StorageCorruptException(file, 0, "it does not begin like a Raft log");
        }

        if (BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Crc32C.Of(bytes[..12]))
        {
            throw new StorageCorruptException(file, 8, "its header does not match its checksum");
        }

        var version = BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]);
        if (version != Version)
        {
            throw new StorageException($"{file} has format {version}; this agent reads format {Version}. Start the release that wrote it");
        }
    }

    /// <summary>Everything an output keeps, as one frame.</summary>
    public static byte[] Frame(RaftSnapshot? snapshot, IEnumerable<LogEntry> entries, HardState? hard)
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        buffer.Advance(FrameHeadBytes);
        if (snapshot is not null)
        {
            WriteItem(buffer, SnapshotItem, RaftRecordCodec.Encode(snapshot));
        }

        foreach (var entry in entries)
        {
            WriteItem(buffer, EntryItem, RaftRecordCodec.Encode(entry));
        }

        if (hard is not null)
        {
            WriteItem(buffer, HardItem, RaftRecordCodec.Encode(hard));
        }

        var frame = buffer.WrittenSpan.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(frame, frame.Length - FrameHeadBytes);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), ChecksumOf(frame));
        return frame;
    }

    /// <summary>The payload of the frame at the start of these bytes; false where there is no whole and sound one.</summary>
    public static bool TryReadFrame(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> payload)
    {
        payload = default;
        if (bytes.Length < FrameHeadBytes)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadInt32LittleEndian(bytes);
        if (length < ItemHeadBytes || length > bytes.Length - FrameHeadBytes)
        {
            return false;
        }

        var frame = bytes[..(FrameHeadBytes + length)];
        payload = frame[FrameHeadBytes..];
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) == ChecksumOf(frame);
    }

    /// <summary>Adds a frame's items to a state. Throws <see cref="FormatException"/> where they make no sense.</summary>
    public static void Replay(ReadOnlySpan<byte> payload, KeptState state)
    {
        try
        {
            while (!payload.IsEmpty)
            {
                var length = payload.Length < ItemHeadBytes ? -1 : BinaryPrimitives.ReadInt32LittleEndian(payload[1..]);
                if (length < 0 || length > payload.Length - ItemHeadBytes)
                {
                    throw new FormatException("an item is longer than its frame");
                }

                ReplayItem(payload[0], payload.Slice(ItemHeadBytes, length), state);
                payload = payload[(ItemHeadBytes + length)..];
            }
        }
        catch (Exception bad) when (bad is JsonException or InvalidOperationException)
        {
            throw new FormatException(bad.Message, bad);
        }
    }

    private static void ReplayItem(byte kind, ReadOnlySpan<byte> json, KeptState state)
    {
        switch (kind)
        {
            case SnapshotItem:
                state.Install(RaftRecordCodec.DecodeSnapshot(json));
                break;
            case EntryItem:
                state.Append(RaftRecordCodec.DecodeEntry(json));
                break;
            case HardItem:
                state.Keep(RaftRecordCodec.DecodeHard(json));
                break;
            default:
                throw new FormatException($"an item of the unknown kind {kind}");
        }
    }

    private static void WriteItem(ArrayBufferWriter<byte> buffer, byte kind, byte[] json)
    {
        var head = buffer.GetSpan(ItemHeadBytes);
        head[0] = kind;
        BinaryPrimitives.WriteInt32LittleEndian(head[1..], json.Length);
        buffer.Advance(ItemHeadBytes);
        buffer.Write(json);
    }

    /// <summary>Over the length too: a frame whose length changed must not look sound by chance of what follows.</summary>
    private static uint ChecksumOf(ReadOnlySpan<byte> frame)
    {
        Span<byte> length = stackalloc byte[4];
        frame[..4].CopyTo(length);
        return Crc32C.Of(frame[FrameHeadBytes..]) ^ (BinaryPrimitives.ReadUInt32LittleEndian(length) * 2_654_435_761u);
    }
}
