using System.Security.Cryptography;
using System.Text;
using MySqlHa.Cluster;
using MySqlHa.Storage;

namespace MySqlHa.Node;

/// <summary>The node's id: made once, kept for ever.</summary>
internal static class NodeIdentity
{
    /// <summary>Throws <see cref="StorageException"/> where the file holds anything but an id: a node must not change who it is.</summary>
    public static NodeId LoadOrMake(string path)
    {
        if (DurableFile.Read(path) is { } kept)
        {
            var text = Encoding.ASCII.GetString(kept).Trim();
            return NodeId.TryParse(text, out var id)
                ? id
                : throw new StorageException($"{path}: '{text}' is no node id (32 hex digits). Restore the file; with another id this node would be a stranger to its cluster");
        }

        var made = NodeId.From(RandomNumberGenerator.GetBytes(16));
        DurableFile.WriteAtomically(path, Encoding.ASCII.GetBytes(made.Hex + "\n"), DurableFile.Private);
        return made;
    }
}
