using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Cutting what nobody acknowledged from a crashed leader's binary log (R10); where it is not safe, a clone follows.</summary>
internal sealed partial class EffectRunner
{
    private async Task<EffectResult> RewindAsync(RewindBinlog rewind)
    {
        var order = new RewindOrder(rewind.Epoch, rewind.ServerUuid, rewind.Began, rewind.Keep);
        var now = DateTimeOffset.UtcNow;
        switch (await BinlogRewind.RunAsync(options.MysqldDirectory, order, options.ArchiveDirectory, now, _ended.Token))
        {
            case RewindOutcome.Cut cut:
                EffectLog.Archived(logger, cut.Transactions.ToString(), cut.Archive);
                return new EffectResult { Archived = new ArchivedTail(self, cut.Transactions, cut.Archive, now) };
            case RewindOutcome.Refused refused:
                return Failed("not-rewound", refused.Sentence);
            default:
                return new EffectResult();
        }
    }
}
