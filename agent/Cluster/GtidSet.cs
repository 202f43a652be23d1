using System.Collections.Immutable;
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
    public static readonly GtidSet Empty = new(ImmutableSortedDictionary.Create<string, ImmutableArray<GtidInterval>>(StringComparer.Ordinal));

    // Key: "uuid" or "uuid:tag", lower case.
    private readonly ImmutableSortedDictionary<string, ImmutableArray<GtidInterval>> _sources;

    private GtidSet(ImmutableSortedDictionary<string, ImmutableArray<GtidInterval>> sources) => _sources = sources;

    public bool IsEmpty => _sources.IsEmpty;

    /// <summary>How many transactions the set holds.</summary>
    public long Count => _sources.Values.Sum(intervals => intervals.Sum(i => i.Last - i.First + 1));

    /// <summary>One transaction.</summary>
    public static GtidSet Of(string source, long number) => Of(source, number, number);

    /// <summary>Transactions first..last (both included, from 1) of one source ("uuid" or "uuid:tag").</summary>
    public static GtidSet Of(string source, long first, long last) =>
        first < 1 || last < first
            ? throw new ArgumentOutOfRangeException(nameof(last), $"{first}-{last} is no interval of transactions")
            : new GtidSet(Empty._sources.Add(source.ToLowerInvariant(), [new GtidInterval(first, last)]));

    /// <summary>Reads MySQL's text, line breaks and blanks allowed. Throws <see cref="FormatException"/> naming the part that is wrong.</summary>
    public static GtidSet Parse(string text)
    {
        var sources = Empty._sources.ToBuilder();
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
                sources[source] = Normal(sources.TryGetValue(source, out var have) ? have.Add(interval) : [interval]);
            }
        }

        return new GtidSet(sources.ToImmutable());
    }

    /// <summary>Whether every transaction of the other set is in this one.</summary>
    public bool Contains(GtidSet other) => ReferenceEquals(this, other) || other.Minus(this).IsEmpty;

    /// <summary>Whether one transaction is in the set: cheap, for asking of many.</summary>
    public bool Contains(string source, long number)
    {
        if (_sources.TryGetValue(source, out var intervals))
        {
            foreach (var (first, last) in intervals)
            {
                if (number >= first && number <= last)
                {
                    return true;
                }
            }
        }

        return false;
    }

    public GtidSet Union(GtidSet other)
    {
        if (other.IsEmpty || ReferenceEquals(this, other))
        {
            return this;
        }

        var sources = _sources.ToBuilder();
        foreach (var (source, intervals) in other._sources)
        {
            sources[source] = sources.TryGetValue(source, out var have) ? Normal(have.AddRange(intervals)) : intervals;
        }

        return new GtidSet(sources.ToImmutable());
    }

    /// <summary>The transactions of this set that the other one lacks.</summary>
    public GtidSet Minus(GtidSet other)
    {
        var sources = Empty._sources.ToBuilder();
        foreach (var (source, intervals) in _sources)
        {
            var rest = other._sources.TryGetValue(source, out var theirs) ? Without(intervals, theirs) : intervals;
            if (!rest.IsEmpty)
            {
                sources[source] = rest;
            }
        }

        return new GtidSet(sources.ToImmutable());
    }

    /// <summary>This set without the transactions of one server, tagged ones included.</summary>
    public GtidSet WithoutServer(string serverUuid)
    {
        var uuid = serverUuid.ToLowerInvariant();
        return new GtidSet(_sources.RemoveRange(_sources.Keys.Where(k => k == uuid || k.StartsWith(uuid + ":", StringComparison.Ordinal))));
    }

    public bool Equals(GtidSet? other) =>
        other is not null && (ReferenceEquals(this, other)
            || (_sources.Count == other._sources.Count && _sources.All(s => other._sources.TryGetValue(s.Key, out var theirs) && s.Value.SequenceEqual(theirs))));

    public override bool Equals(object? obj) => Equals(obj as GtidSet);

    public override int GetHashCode() => string.GetHashCode(ToString(), StringComparison.Ordinal);

    public override string ToString()
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
        return good && first >= 1 && last >= first
            ? new GtidInterval(first, last)
            : throw new FormatException($"'{field}' in '{part}' is not an interval: '5' and '1-5' are");
    }

    private static ImmutableArray<GtidInterval> Normal(ImmutableArray<GtidInterval> intervals)
    {
        var joined = ImmutableArray.CreateBuilder<GtidInterval>();
        foreach (var next in intervals.OrderBy(i => i.First))
        {
            if (joined.Count > 0 && next.First <= joined[^1].Last + 1)
            {
                joined[^1] = joined[^1] with { Last = Math.Max(joined[^1].Last, next.Last) };
            }
            else
            {
                joined.Add(next);
            }
        }

        return joined.ToImmutable();
    }

    private static ImmutableArray<GtidInterval> Without(ImmutableArray<GtidInterval> mine, ImmutableArray<GtidInterval> theirs)
    {
        var rest = ImmutableArray.CreateBuilder<GtidInterval>();
        foreach (var interval in mine)
        {
            var first = interval.First;
            foreach (var gap in theirs)
            {
                if (gap.Last < first || gap.First > interval.Last)
                {
                    continue;
                }

                if (gap.First > first)
                {
                    rest.Add(new GtidInterval(first, gap.First - 1));
                }

                first = gap.Last + 1;
            }

            if (first <= interval.Last)
            {
                rest.Add(new GtidInterval(first, interval.Last));
            }
        }

        return rest.ToImmutable();
    }
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
