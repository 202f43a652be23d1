using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Membership;

/// <summary>
/// Each deliberate mistake is found, by the checker that is there for it. A checker that finds nothing here would check nothing.
/// </summary>
public sealed class GossipMutantTests
{
    [Fact]
    public void Without_refutation_somebody_who_lives_is_confirmed() =>
        Caught(SwimFault.NoRefutation, GossipRuns.OnlyLoss, "no false confirmation");

    [Fact]
    public void Without_indirect_probes_one_cut_path_makes_suspects() =>
        Caught(SwimFault.NoIndirectProbes, GossipRuns.OnePathCut, "indirect probes");

    [Fact]
    public void When_suspicion_never_ends_a_death_is_not_known() =>
        Caught(SwimFault.SuspicionNeverEnds, GossipRuns.CrashAndRestart, "completeness");

    [Fact]
    public void When_old_news_overwrites_new_tables_go_backwards() =>
        Caught(SwimFault.OldOverwritesNew, GossipRuns.Chaos, "never backwards");

    [Fact]
    public void When_the_dead_are_never_asked_halves_stay_apart() =>
        Caught(SwimFault.NoRejoin, GossipRuns.TotalPartition, "accuracy");

    [Fact]
    public void Raising_the_incarnation_of_another_is_seen() =>
        Caught(SwimFault.RaisesOthersIncarnation, GossipRuns.OnlyLoss, "incarnation owned");

    [Fact]
    public void News_packed_without_a_look_at_the_size_makes_a_datagram_too_long() =>
        Caught(SwimFault.IgnoresSize, GossipRuns.CrashAndRestart, "datagram size");

    [Fact]
    public void When_sleep_counts_as_silence_a_slow_member_confirms_the_well() =>
        Caught(SwimFault.CountsSleep, GossipRuns.SlowMember, "no false confirmation");

    [Fact]
    public void When_a_death_sentence_is_believed_at_once_a_healed_partition_kills_the_well() =>
        Caught(SwimFault.BelievesHearsay, GossipRuns.TotalPartition, "no false confirmation");

    [Fact]
    public void When_old_facts_are_kept_tables_differ_from_what_members_say() =>
        Caught(SwimFault.KeepsOldFacts, GossipRuns.Chaos, "facts");

    [Fact]
    public void A_restarted_member_that_does_not_overtake_its_former_life_stays_dead() =>
        Caught(SwimFault.ForgetsFormerLife, GossipRuns.Chaos, "accuracy");

    private static void Caught(SwimFault fault, Func<int, SwimOptions, IReadOnlyList<string>> run, string checker)
    {
        var found = Enumerable.Range(1, 200).SelectMany(seed => run(seed, GossipRuns.Lan with { Fault = fault }).Take(20));
        Assert.Contains(found, breach => breach.StartsWith(checker, StringComparison.Ordinal));
    }
}
