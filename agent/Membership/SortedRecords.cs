using System.Collections;
using MySqlHa.Cluster;

namespace MySqlHa.Membership;

/// <summary>Records sorted by id. A change moves references only: a few hundred nanoseconds in the largest ring.</summary>
internal sealed class SortedRecords(params IEnumerable<MemberRecord> first) : IReadOnlyList<MemberRecord>
{
    private readonly List<MemberRecord> _records = [.. first];

    public int Count => _records.Count;

    public MemberRecord this[int index] => _records[index];

    /// <summary>Null: no record has this id.</summary>
    public MemberRecord? Find(NodeId id) => PlaceOf(id) is >= 0 and var place ? _records[place] : null;

    /// <summary>Replaces the one with the same id.</summary>
    public void Put(MemberRecord record)
    {
        var place = PlaceOf(record.Id);
        if (place >= 0)
        {
            _records[place] = record;
        }
        else
        {
            _records.Insert(~place, record);
        }
    }

    public void Remove(NodeId id)
    {
        if (PlaceOf(id) is >= 0 and var place)
        {
            _records.RemoveAt(place);
        }
    }

    public IEnumerator<MemberRecord> GetEnumerator() => _records.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Of the record; where there is none, the complement of where it would be.</summary>
    private int PlaceOf(NodeId id)
    {
        var (from, to) = (0, _records.Count - 1);
        while (from <= to)
        {
            var middle = (from + to) / 2;
            var order = _records[middle].Id.CompareTo(id);
            if (order == 0)
            {
                return middle;
            }

            (from, to) = order < 0 ? (middle + 1, to) : (from, middle - 1);
        }

        return ~from;
    }
}
