using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>
/// What a binary or relay log says of its transactions: those before it and those in it. Read from the events' headers
/// and their identifiers alone. Null where the file is encrypted or written in a way this does not know: then it may hold anything.
/// </summary>
/// <param name="Torn">It ends within an event, or is damaged there: what is behind is not seen, and may be anything too.</param>
internal sealed record BinlogFile(string Path, GtidSet? Before, GtidSet? Inside, bool Torn)
{
    /// <summary>A set of more is none that a server writes; its length is damaged.</summary>
    public const int LargestSet = 1 << 26;

    public static BinlogFile Read(string path)
    {
        using var log = BinlogReader.Open(path);
        if (log is null)
        {
            return new BinlogFile(path, null, null, Torn: false);
        }

        GtidSet? before = GtidSet.Empty;
        var inside = new GtidCollector();
        var understood = true;
        while (log.Next())
        {
            switch (log.Type)
            {
                case BinlogEvent.PreviousGtids:
                    before = BinlogGtids.ReadSet(log.Body(LargestSet));
                    break;
                case BinlogEvent.Gtid or BinlogEvent.TaggedGtid when BinlogGtids.Read(log) is { } gtid:
                    inside.Add(gtid.Source, gtid.Number);
                    break;
                case BinlogEvent.Gtid or BinlogEvent.TaggedGtid:
                    understood = false;
                    break;
            }
        }

        return new BinlogFile(path, before, understood ? inside.ToSet() : null, log.Torn);
    }
}
