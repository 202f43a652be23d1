using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MySqlHa.Cluster;

/// <summary>
/// A set of global transaction identifiers, as MySQL writes them:
/// <c>uuid:1-5:7, uuid:tag:1-3</c> (tags since 8.3). Immutable; always in canonical form
/// (sources in order, intervals in order, touching intervals joined), so equal sets have equal text.
/// </summary>
[JsonConverter(typeof(GtidSetJsonConverter))]
public sealed class GtidSet : IEquatable<GtidSet>
{
    public static readonly GtidSet Empty = new([]);

    // In the order of their names. Arrays, for sets are small, and are united and compared at every step of a node.
    private readonly Source[] _sources;
    private string? _text;

    private GtidSet(Source[] sources) => _sources = sources;

    public bool IsEmpty => _sources.Length == 0;

    /// <summary>The last number of a source: MySQL gives none above.</summary>
    public const long LastNumber = long.MaxValue - 1;

    /// <summary>How many transactions the set holds; <see cref="long.MaxValue"/> where they are more.</summary>
    public long Count
    {
        get
        {
            var count = 0UL; // two sources can hold more than a long counts, and no source more than it
            foreach (var source in _sources)
            {
                foreach (var (first, last) in source.Intervals)
                {
                    count = Math.Min(long.MaxValue, count + (ulong)(last - first + 1));
                }
            }

            return (long)count;
        }
    }

    /// <summary>One transaction.</summary>
    public static GtidSet Of(string source, long number) => Of(source, number, number);

    /// <summary>Transactions first..last (both included, from 1) of one source ("uuid" or "uuid:tag").</summary>
    public static GtidSet Of(string source, long first, long last) => Of(source, [new GtidInterval(first, last)]);

    /// <summary>
    /// The same of any intervals, in any order; none: no transactions. Throws <see cref="ArgumentOutOfRangeException"/> where one is no
    /// interval within 1 to <see cref="LastNumber"/>.
    /// </summary>
    public static GtidSet Of(string source, IReadOnlyCollection<GtidInterval> intervals)
    {
        foreach (var (first, last) in intervals)
        {
            if (!IsInterval(first, last))
            {
                throw new ArgumentOutOfRangeException(nameof(intervals), $"{first}-{last} is no interval of transactions");
            }
        }

        return intervals.Count == 0 ? Empty : new GtidSet([new Source(source.ToLowerInvariant(), Joined([.. intervals]))]);
    }

    /// <summary>Reads MySQL's text, line breaks and blanks allowed. Throws <see cref="FormatException"/> naming the part that is wrong.</summary>
    public static GtidSet Parse(string text)
    {
        var sources = new SortedDictionary<string, List<GtidInterval>>(StringComparer.Ordinal);
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var fields = part.Split(':', StringSplitOptions.TrimEntries);
            var key = fields[0].ToLowerInvariant();
            if (!Guid.TryParseExact(key, "D", out _) || fields.Length < 2)
            {
                throw new FormatException($"'{part}' is not a GTID set: 'uuid:1-5' is");
            }

            var source = key;
            foreach (var field in fields.Skip(1))
            {
                if (!char.IsAsciiDigit(field.FirstOrDefault()))
                {
                    source = $"{key}:{field.ToLowerInvariant()}";
                    continue;
                }

                var interval = ParseInterval(field, part);
                if (sources.TryGetValue(source, out var have))
                {
                    have.Add(interval);
                }
                else
                {
                    sources[source] = [interval];
                }
            }
        }

        return new GtidSet([.. sources.Select(s => new Source(s.Key, Joined(s.Value)))]);
    }

    /// <summary>Whether every transaction of the other set is in this one.</summary>
    public bool Contains(GtidSet other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        foreach (var (name, intervals) in other._sources)
        {
            if (!Cover(IntervalsOf(name), intervals))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Whether one transaction is in the set: cheap, for asking of many.</summary>
    public bool Contains(string source, long number)
    {
        foreach (var (first, last) in IntervalsOf(source))
        {
            if (number <= last)
            {
                return number >= first;
            }
        }

        return false;
    }

    public GtidSet Union(GtidSet other)
    {
        if (other.IsEmpty || Contains(other))
        {
            return this;
        }

        if (IsEmpty)
        {
            return other;
        }

        var sources = new List<Source>(_sources.Length + other._sources.Length);
        var (mine, theirs) = (0, 0);
        while (mine < _sources.Length || theirs < other._sources.Length)
        {
            var order = mine == _sources.Length ? 1
                : theirs == other._sources.Length ? -1
                : string.CompareOrdinal(_sources[mine].Name, other._sources[theirs].Name);
            sources.Add(order < 0 ? _sources[mine]
                : order > 0 ? other._sources[theirs]
                : new Source(_sources[mine].Name, Joined([.. _sources[mine].Intervals, .. other._sources[theirs].Intervals])));
            mine += order <= 0 ? 1 : 0;
            theirs += order >= 0 ? 1 : 0;
        }

        return new GtidSet([.. sources]);
    }

    /// <summary>The transactions of this set that the other one lacks.</summary>
    public GtidSet Minus(GtidSet other)
    {
        if (IsEmpty || other.Contains(this))
        {
            return Empty;
        }

        var sources = new List<Source>(_sources.Length);
        foreach (var source in _sources)
        {
            var theirs = other.IntervalsOf(source.Name);
            var rest = theirs.Length > 0 ? Without(source.Intervals, theirs) : source.Intervals;
            if (rest.Length > 0)
            {
                sources.Add(source with { Intervals = rest });
            }
        }

        return new GtidSet([.. sources]);
    }

    /// <summary>This set without the transactions of one server, tagged ones included.</summary>
    public GtidSet WithoutServer(string serverUuid)
    {
        var uuid = serverUuid.ToLowerInvariant();
        return new GtidSet([.. _sources.Where(s => s.Name != uuid && !s.Name.StartsWith(uuid + ":", StringComparison.Ordinal))]);
    }

    public bool Equals(GtidSet? other)
    {
        if (other is null || ReferenceEquals(this, other) || _sources.Length != other._sources.Length)
        {
            return ReferenceEquals(this, other);
        }

        for (var i = 0; i < _sources.Length; i++)
        {
            var (mine, theirs) = (_sources[i], other._sources[i]);
            if (mine.Name != theirs.Name || !mine.Intervals.AsSpan().SequenceEqual(theirs.Intervals))
            {
                return false;
            }
        }

        return true;
    }

    public override bool Equals(object? obj) => Equals(obj as GtidSet);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString() => _text ??= Text();

    private string Text()
    {
        var text = new StringBuilder();
        foreach (var (source, intervals) in _sources)
        {
            _ = text.Append(text.Length > 0 ? "," : "").Append(source);
            foreach (var (first, last) in intervals)
            {
                _ = text.Append(CultureInfo.InvariantCulture, $":{first}");
                _ = last > first ? text.Append(CultureInfo.InvariantCulture, $"-{last}") : text;
            }
        }

        return text.ToString();
    }

    private static GtidInterval ParseInterval(string field, string part)
    {
        var dash = field.IndexOf('-', StringComparison.Ordinal);
        var good = dash < 0
            ? long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var first) & long.TryParse(field, NumberStyles.None, CultureInfo.InvariantCulture, out var last)
            : long.TryParse(field.AsSpan(0, dash), NumberStyles.None, CultureInfo.InvariantCulture, out first)
              & long.TryParse(field.AsSpan(dash + 1), NumberStyles.None, CultureInfo.InvariantCulture, out last);
        return good && IsInterval(first, last)
            ? new GtidInterval(first, last)
            : throw new FormatException($"'{field}' in '{part}' is not an interval: '5' and '1-5' are");
    }

    // One more than the last number is still a number: intervals are joined and divided by it.
    private static bool IsInterval(long first, long last) => first >= 1 && last >= first && last <= LastNumber;

    private GtidInterval[] IntervalsOf(string source)
    {
        foreach (var (name, intervals) in _sources)
        {
            if (name == source)
            {
                return intervals;
            }
        }

        return [];
    }

    /// <summary>In order, touching ones joined.</summary>
    private static GtidInterval[] Joined(List<GtidInterval> intervals)
    {
        intervals.Sort(static (a, b) => a.First.CompareTo(b.First));
        var joined = 0;
        for (var i = 1; i < intervals.Count; i++)
        {
            var (last, next) = (intervals[joined], intervals[i]);
            if (next.First <= last.Last + 1)
            {
                intervals[joined] = last with { Last = Math.Max(last.Last, next.Last) };
            }
            else
            {
                intervals[++joined] = next;
            }
        }

        return [.. intervals[..(joined + 1)]];
    }

    /// <summary>Whether each of theirs lies within one of mine: those do not touch each other.</summary>
    private static bool Cover(GtidInterval[] mine, GtidInterval[] theirs)
    {
        var i = 0;
        foreach (var (first, last) in theirs)
        {
            while (i < mine.Length && mine[i].Last < first)
            {
                i++;
            }

            if (i == mine.Length || mine[i].First > first || mine[i].Last < last)
            {
                return false;
            }
        }

        return true;
    }

    private static GtidInterval[] Without(GtidInterval[] mine, GtidInterval[] theirs)
    {
        var rest = new List<GtidInterval>(mine.Length + theirs.Length);
        var i = 0;
        foreach (var interval in mine)
        {
            var first = interval.First;
            while (i < theirs.Length && theirs[i].Last < first)
            {
                i++;
            }

            for (var gap = i; gap < theirs.Length && theirs[gap].First <= interval.Last; gap++)
            {
                if (theirs[gap].First > first)
                {
                    rest.Add(new GtidInterval(first, theirs[gap].First - 1));
                }

                first = theirs[gap].Last + 1;
            }

            if (first <= interval.Last)
            {
                rest.Add(new GtidInterval(first, interval.Last));
            }
        }

        return [.. rest];
    }

    /// <param name="Name">"uuid" or "uuid:tag", lower case.</param>
    /// <param name="Intervals">At least one, in order; none touches the next. Never changed.</param>
    private readonly record struct Source(string Name, GtidInterval[] Intervals);
}

/// <summary>Transactions <paramref name="First"/>..<paramref name="Last"/>, both included.</summary>
public readonly record struct GtidInterval(long First, long Last);

/// <summary>A GTID set as its MySQL text.</summary>
public sealed class GtidSetJsonConverter : JsonConverter<GtidSet>
{
    public override GtidSet Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return GtidSet.Parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, GtidSet value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
