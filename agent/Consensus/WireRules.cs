using System.Collections.Immutable;
using System.Text.Json;

namespace MySqlHa.Consensus;

/// <summary>
/// What a well-formed value of Raft satisfies, whoever sent it. The core relies on this: it does not look again.
/// Each check throws <see cref="FormatException"/> with a sentence.
/// </summary>
internal static class WireRules
{
    /// <summary>More entries than any sender puts into one message.</summary>
    public const int MaxEntries = 65_536;

    public static void Check(RaftMessage message)
    {
        NotNegative(message.Term, "Term");
        switch (message)
        {
            case VoteRequest v:
                CheckPosition(v.LastIndex, v.LastTerm, v.Term, "Last");
                break;
            case AppendRequest a:
                Check(a);
                break;
            case AppendResponse r:
                NotNegative(r.MatchIndex, "MatchIndex");
                NotNegative(r.HintTerm, "HintTerm");
                NotNegative(r.Round, "Round");
                break;
            case SnapshotRequest s:
                NotNegative(s.Round, "Round");
                Check(s.Snapshot);
                Require(s.Snapshot.Index > 0, "an empty snapshot is not sent");
                Require(s.Snapshot.Term <= s.Term, $"a snapshot of term {s.Snapshot.Term} cannot come from a leader of term {s.Term}");
                break;
            default:
                break;
        }
    }

    public static void Check(LogEntry entry)
    {
        Require(entry.Index > 0, $"an entry's index counts from 1, not {entry.Index}");
        Require(entry.Term > 0, $"an entry's term counts from 1, not {entry.Term}");
        switch (entry.Kind)
        {
            case EntryKind.Noop:
                Require(entry.Data.IsEmpty, $"the empty entry {entry.Index} carries {entry.Data.Length} bytes");
                break;
            case EntryKind.Command:
                break;
            case EntryKind.Configuration:
                CheckConfigurationBytes(entry);
                break;
            default:
                throw new FormatException($"entry {entry.Index} is of the unknown kind {(int)entry.Kind}");
        }
    }

    public static void Check(RaftSnapshot snapshot)
    {
        CheckPosition(snapshot.Index, snapshot.Term, long.MaxValue, "snapshot");
        Check(snapshot.Configuration);
        Require(snapshot.Index == 0 || !snapshot.Configuration.Voters.IsEmpty, "a snapshot without a voter");
    }

    public static void Check(HardState hard)
    {
        NotNegative(hard.Term, "Term");
        NotNegative(hard.Commit, "Commit");
    }

    public static void Check(RaftConfiguration configuration)
    {
        Require(configuration.Voters is not null && configuration.Learners is not null, "a configuration lists Voters and Learners");
        var count = configuration.Voters!.Count + configuration.Learners!.Count;
        Require(
            count <= ConfigurationCodec.MaxMembers,
            $"a configuration of {count} members; {ConfigurationCodec.MaxMembers} are the most");
        Require(!configuration.Voters.Overlaps(configuration.Learners), "a member is a voter or a learner, not both");
    }

    private static void Check(AppendRequest append)
    {
        CheckPosition(append.PrevIndex, append.PrevTerm, append.Term, "Prev");
        NotNegative(append.Commit, "Commit");
        NotNegative(append.Round, "Round");
        Require(!append.Entries.IsDefault, "Entries are missing");
        Require(append.Entries.Length <= MaxEntries, $"{append.Entries.Length} entries in one message; {MaxEntries} are the most");
        CheckChain(append.Entries, append.PrevIndex, append.PrevTerm, append.Term);
    }

    /// <summary>Entries follow each other without a gap, and terms never shrink.</summary>
    public static void CheckChain(ImmutableArray<LogEntry> entries, long prevIndex, long prevTerm, long maxTerm)
    {
        foreach (var entry in entries)
        {
            Require(entry is not null, "an entry is null");
            Check(entry!);
            Require(entry!.Index == prevIndex + 1, $"entry {entry.Index} does not follow {prevIndex}");
            Require(entry.Term >= prevTerm, $"entry {entry.Index} has term {entry.Term} behind term {prevTerm}");
            Require(entry.Term <= maxTerm, $"entry {entry.Index} has term {entry.Term}, newer than term {maxTerm}");
            (prevIndex, prevTerm) = (entry.Index, entry.Term);
        }
    }

    private static void CheckPosition(long index, long term, long maxTerm, string name)
    {
        NotNegative(index, $"{name} index");
        NotNegative(term, $"{name} term");
        Require(index < long.MaxValue / 2, $"{name} index {index} is beyond any log");
        Require(index == 0 == (term == 0), $"{name} index {index} cannot have term {term}");
        Require(term <= maxTerm, $"{name} term {term} is newer than the message's term {maxTerm}");
    }

    private static void CheckConfigurationBytes(LogEntry entry)
    {
        try
        {
            Require(!ConfigurationCodec.Decode(entry.Data.Span).Voters.IsEmpty, $"entry {entry.Index} is a configuration without a voter");
        }
        catch (JsonException bad)
        {
            throw new FormatException($"entry {entry.Index} is no configuration: {bad.Message}", bad);
        }
    }

    private static void NotNegative(long value, string name) => Require(value >= 0, $"{name} is {value}, below zero");

    private static void Require(bool holds, string sentence)
    {
        if (!holds)
        {
            throw new FormatException(sentence);
        }
    }
}
