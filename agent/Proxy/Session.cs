using MySqlHa.Cluster;

namespace MySqlHa.Proxy;

internal enum SessionStage
{
    /// <summary>For a server to go to.</summary>
    Waiting,

    /// <summary>To its server.</summary>
    Connecting,

    /// <summary>It logs in with a leader that is not writable yet: see <see cref="EarlyLogin"/>.</summary>
    Early,

    Open,

    /// <summary>
    /// Its epoch is about to be over, and it is among those that are let go before: it lives until the answer that is under way is there.
    /// </summary>
    Leaving,

    /// <summary>Its epoch is over: it lives until the answer that is under way is there, for a moment at most.</summary>
    Ending,
}

/// <summary>One client and its server.</summary>
internal sealed class Session(int slot, uint generation, bool readWrite, int client, long now)
{
    public int Slot { get; } = slot;

    /// <summary>Tells it from an earlier session in the same slot.</summary>
    public uint Generation { get; } = generation;

    public bool ReadWrite { get; } = readWrite;

    public SessionStage Stage { get; set; }

    public End Client { get; } = new() { Socket = client };

    public End Server { get; } = new();

    public RouteTarget? Target { get; set; }

    /// <summary>In which it was sent to the leader.</summary>
    public long Epoch { get; set; }

    /// <summary>By the loop's clock, in milliseconds: since when it waits for a server.</summary>
    public long Since { get; set; } = now;

    /// <summary>When its stage ends, whatever came; of an open one: never.</summary>
    public long Until { get; set; } = long.MaxValue;

    /// <summary>Its place among those whose stage ends by time; -1: none.</summary>
    public int Timed { get; set; } = -1;

    /// <summary>Bytes went through: it cannot be given another server unnoticed.</summary>
    public bool Used { get; set; }

    /// <summary>The last bytes came from the client: it waits for an answer.</summary>
    public bool Asking { get; set; }

    /// <summary>Nothing is under way in it.</summary>
    public bool IsQuiet => !Asking && Client.Held.IsEmpty && Server.Held.IsEmpty;

    /// <summary>While it logs in early, and what the server may still say then.</summary>
    public EarlyLogin? Early { get; set; }

    /// <summary>By the loop's clock, in milliseconds: when the server last said something while it logs in early.</summary>
    public long Heard { get; set; }

    /// <summary>Servers that did not take it.</summary>
    public List<NodeId> Refused { get; } = [];
}
