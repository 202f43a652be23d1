using System.Globalization;
using MySqlHa.Cluster;

namespace MySqlHa.Supervision;

/// <summary>
/// What a crashed leader's last binary log holds beyond what the next epoch began with, and whether InnoDB would undo it, were it not
/// there (R10). Nothing is changed. The whole log has to be as it was written, from its first byte on: of one that is damaged anywhere
/// nobody can say where its transactions begin.
/// </summary>
/// <param name="Transactions">The whole transactions from <paramref name="From"/> on; empty: there is nothing to cut.</param>
/// <param name="From">Where the first of them begins, in bytes.</param>
/// <param name="HeadEnd">Where the log's own head ends and its first transaction begins.</param>
/// <param name="Refusal">Why it must not be cut, for people; null: it may be, or need not.</param>
internal sealed record BinlogTail(GtidSet Transactions, long From, long HeadEnd, long Length, string? Refusal)
{
    /// <param name="keep">What the next epoch began with.</param>
    /// <param name="began">What this server's own epoch began with: it was in the engine then.</param>
    public static BinlogTail Find(string path, GtidSet keep, GtidSet began)
    {
        using var log = BinlogReader.Open(path);
        return log is null ? Refuse("it is encrypted, or no log") : new Walk(log, keep, began).Find();
    }

    private static BinlogTail Refuse(string why) => new(GtidSet.Empty, 0, 0, 0, why);

    /// <summary>Where in a transaction the walk is.</summary>
    private enum Place
    {
        Between,
        Begun,
        Inside,
    }

    private sealed class Walk(BinlogReader log, GtidSet keep, GtidSet began)
    {
        private readonly GtidCollector _whole = new();
        private (string Source, long Number) _current;
        private Place _place;
        private long _from = -1;

        public BinlogTail Find()
        {
            if (ReadHead() is { } wrong)
            {
                return Refuse(wrong);
            }

            var head = log.End;
            while (log.Next())
            {
                if ((IsWhole() ? ReadEvent() : "an event is damaged") is { } refusal)
                {
                    return Refuse(string.Create(CultureInfo.InvariantCulture, $"at byte {log.Start}: {refusal}"));
                }
            }

            if (log.Torn && !log.EndedWhileWritten())
            {
                return Refuse(string.Create(CultureInfo.InvariantCulture, $"at byte {log.Start}: what follows is damaged"));
            }

            var length = log.Torn ? Math.Max(log.Start, head) : log.End;
            var tail = _whole.ToSet();
            // Half a transaction at the end is cut off by mysqld itself.
            return new BinlogTail(tail, tail.IsEmpty ? length : _from, head, length, null);
        }

        private string? ReadHead()
        {
            if (!log.Next() || log.Type != BinlogEvent.FormatDescription)
            {
                return "it does not begin with its own description";
            }

            if ((log.Flags & BinlogReader.InUse) == 0)
            {
                return "it was closed in order: mysqld was shut down, or has been started since";
            }

            if (!log.HasChecksums())
            {
                return "its events have no checksums";
            }

            if (!IsWhole() || !log.Next() || log.Type != BinlogEvent.PreviousGtids || !IsWhole())
            {
                return "its head is damaged";
            }

            return BinlogGtids.ReadSet(log.Body(BinlogFile.LargestSet)) is not { } before
                ? "what came before it is written in an unknown way"
                : !keep.Contains(before) ? $"an earlier log holds some too: {before.Minus(keep)}"
                : null;
        }

        private bool IsWhole() => log.InPlace && log.IsIntact();

        private string? ReadEvent() => log.Type switch
        {
            BinlogEvent.Stop => "mysqld was shut down in order, which tells clients that wait OK",
            BinlogEvent.Rotate => "the log goes on in another file",
            BinlogEvent.XaPrepare => "an XA transaction is in it",
            BinlogEvent.AnonymousGtid => "a transaction without identifier is in it",
            BinlogEvent.Incident => "mysqld noted that something is missing in it",
            BinlogEvent.Gtid or BinlogEvent.TaggedGtid => Begin(),
            _ => _from < 0 ? null : GoOn(),
        };

        private string? Begin()
        {
            if (BinlogGtids.Read(log) is not { } gtid)
            {
                return "an identifier is written in an unknown way";
            }

            var kept = keep.Contains(gtid.Source, gtid.Number);
            if (kept)
            {
                return _from < 0 ? null : $"{gtid.Source}:{gtid.Number}, which is to be kept, follows on what is not";
            }

            if (began.Contains(gtid.Source, gtid.Number))
            {
                return $"{gtid.Source}:{gtid.Number} was committed before this server led";
            }

            if (_place != Place.Between)
            {
                return "a transaction begins within another";
            }

            _from = _from < 0 ? log.Start : _from;
            (_current, _place) = (gtid, Place.Begun);
            return null;
        }

        /// <summary>An event behind the first that is not kept.</summary>
        private string? GoOn() => (_place, log.Type) switch
        {
            (Place.Begun or Place.Inside, BinlogEvent.Query) => BinlogQuery.Read(log.Body(BinlogQuery.LongestHead)) is { } query
                ? Take(query)
                : "a statement is written in an unknown way",
            (Place.Begun, BinlogEvent.TransactionPayload) => "a transaction is compressed, so what is in it is not seen",
            (Place.Inside, BinlogEvent.Xid) => End(),
            (Place.Inside, _) => null,
            _ => $"an event of kind {(int)log.Type} stands alone",
        };

        private string? Take(BinlogQuery query)
        {
            if (_place == Place.Begun && query.EngineCommits)
            {
                return End();
            }

            if (query.Text.StartsWith("XA ", StringComparison.Ordinal))
            {
                return "an XA transaction is in it";
            }

            if (_place == Place.Begun)
            {
                _place = Place.Inside;
                return query.Text == "BEGIN" ? null : $"'{query.Text}' is not undone by the engine";
            }

            return query.Text == "COMMIT" ? "a transaction was committed without the engine" : null;
        }

        private string? End()
        {
            _whole.Add(_current.Source, _current.Number);
            _place = Place.Between;
            return null;
        }
    }
}
