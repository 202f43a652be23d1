using MySqlHa.Cluster;
using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Membership;

public sealed class SwimTests
{
    private static readonly SwimOptions Lan = GossipRuns.Lan;
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(2);
    private static readonly NodeId Me = Id('0');
    private static readonly NodeId A = Id('a');
    private static readonly NodeId B = Id('b');
    private static readonly NodeId C = Id('c');
    private readonly List<MemberChange> _changes = [];
    private Instant _now = Instant.Zero + TimeSpan.FromHours(1);
    private SwimOutput _last = new();
    private readonly Swim _swim;

    public SwimTests() => _swim = new Swim(Record(Me, "10.0.0.9", 0), Lan with { DepartedAfter = Long }, new Random(1), _now);

    [Fact]
    public void Of_two_words_the_higher_incarnation_wins_whatever_the_order()
    {
        Hear(Record(A, "10.0.0.1", 5));
        Hear(Record(A, "10.0.0.1", 4) with { Status = MemberStatus.Confirmed });
        Assert.Equal((5, MemberStatus.Alive), Held(A));
        Hear(Record(A, "10.0.0.1", 5) with { Status = MemberStatus.Suspect }, B);
        Hear(Record(A, "10.0.0.1", 5));
        Assert.Equal((5, MemberStatus.Suspect), Held(A));
        Hear(Record(A, "10.0.0.1", 6));
        Assert.Equal((6, MemberStatus.Alive), Held(A));
        Assert.Equal(["joined", $"suspected by {B}", "objected"], _changes.Select(c => c.Reason));
    }

    [Fact]
    public void A_death_sentence_from_hearsay_only_makes_suspect_until_the_time_to_object_is_over()
    {
        Hear(Record(A, "10.0.0.1", 5));
        var dead = Record(A, "10.0.0.1", 5) with { Status = MemberStatus.Confirmed };
        Hear(dead, B);
        Hear(dead, C);
        Assert.Equal((5, MemberStatus.Suspect), Held(A));
        TickFor(Lan.SuspicionMin(3) - Lan.GossipPeriod);
        Assert.Equal((5, MemberStatus.Suspect), Held(A));
        TickFor(Lan.GossipPeriod * 2);
        Assert.Equal((5, MemberStatus.Confirmed), Held(A));
    }

    [Theory]
    [InlineData(0, MemberStatus.Suspect, 1)]
    [InlineData(0, MemberStatus.Confirmed, 1)]
    [InlineData(0, MemberStatus.Departed, 1)]
    [InlineData(7, MemberStatus.Alive, 8)] // of a former life
    [InlineData(7, MemberStatus.Confirmed, 8)]
    [InlineData(0, MemberStatus.Alive, 0)]
    public void What_is_said_of_this_node_is_refuted_above_the_incarnation_that_was_named(long said, MemberStatus status, long mine)
    {
        Hear(Record(Me, "10.0.0.9", said) with { Status = status }, A);
        Assert.Equal((mine, MemberStatus.Alive), Held(Me));
        Assert.Equal(mine > 0, _changes.Count == 1);
    }

    [Fact]
    public void An_accused_node_counts_itself_less_well()
    {
        Hear(Record(Me, "10.0.0.9", 0) with { Status = MemberStatus.Suspect }, A);
        Assert.Equal(1, _swim.HealthScore);
    }

    [Fact]
    public void A_suspect_is_told_in_the_ping_that_probes_it_and_a_stale_member_in_the_ack()
    {
        Hear(Record(A, "10.0.0.1", 5) with { Status = MemberStatus.Suspect }, B);
        var told = TickUntil(o => o.Datagrams.FirstOrDefault(d => d.Message is Ping { Target: { } target } && target == A).Message);
        Assert.Contains(told.Updates, u => u.Record is { Status: MemberStatus.Suspect, Incarnation: 5 } && u.Record.Id == A && u.From == B);

        Step(new Ping(A, 1, Me, [new MemberUpdate(Record(A, "10.0.0.1", 2), A)]), "10.0.0.1");
        var ack = Assert.IsType<Ack>(Assert.Single(_last.Datagrams, d => d.Message is Ack).Message);
        Assert.Contains(ack.Updates, u => u.Record.Id == A && u.Record.Incarnation == 5);
    }

    [Fact]
    public void A_member_that_moved_is_held_at_its_new_address_and_two_at_once_are_named()
    {
        Hear(Record(A, "10.0.0.1", 1));
        Hear(Record(A, "10.0.0.2", 2));
        Assert.Equal("10.0.0.2", _swim.Members.Single(m => m.Id == A).Address.Host);
        Assert.Equal("speaks from 10.0.0.2:9638 while alive at 10.0.0.1:9638: moved, or two nodes share one id", _changes[^1].Reason);

        Hear(Record(Me, "10.0.0.7", 0));
        Assert.Equal((1, MemberStatus.Alive), Held(Me));
        Assert.Equal("this id was heard from 10.0.0.7:9638: an earlier life elsewhere, or two nodes share one id", _changes[^1].Reason);
    }

    [Fact]
    public void A_dead_member_departs_when_another_has_its_address()
    {
        Hear(Record(A, "10.0.0.1", 1) with { Status = MemberStatus.Confirmed });
        Hear(Record(B, "10.0.0.1", 0));
        Assert.Equal((1, MemberStatus.Departed), Held(A));
        Assert.Equal((0, MemberStatus.Alive), Held(B));

        Hear(Record(A, "10.0.0.3", 2));
        Assert.Equal((2, MemberStatus.Alive), Held(A));
    }

    [Fact]
    public void Who_leaves_by_its_own_word_stays_departed_until_a_higher_incarnation_lives()
    {
        Hear(Record(A, "10.0.0.1", 1));
        Hear(Record(A, "10.0.0.1", 2) with { Status = MemberStatus.Departed });
        Hear(Record(A, "10.0.0.1", 2));
        Hear(Record(A, "10.0.0.1", 1) with { Status = MemberStatus.Suspect }, B);
        Assert.Equal((2, MemberStatus.Departed), Held(A));
        Hear(Record(A, "10.0.0.1", 3));
        Assert.Equal((3, MemberStatus.Alive), Held(A));
    }

    [Fact]
    public void A_node_that_leaves_says_so_at_once_and_does_not_object_any_more()
    {
        Hear(Record(A, "10.0.0.1", 1));
        _ = _swim.TakeOutput();
        _swim.Leave(_now);
        Assert.Contains(_swim.TakeOutput().Datagrams, d => d.Message.Updates.Any(u => u.Record.Id == Me && u.Record.Status == MemberStatus.Departed));
        Hear(Record(Me, "10.0.0.9", 1) with { Status = MemberStatus.Departed }, A);
        Assert.Equal((1, MemberStatus.Departed), Held(Me));
    }

    [Fact]
    public void Who_is_dead_for_long_is_given_up_and_after_as_long_again_forgotten()
    {
        Hear(Record(A, "10.0.0.1", 1) with { Status = MemberStatus.Confirmed });
        TickFor(Long + Lan.Period);
        Assert.Equal((1, MemberStatus.Departed), Held(A));
        TickFor(Long + Lan.Period);
        Assert.DoesNotContain(_swim.Members, m => m.Id == A);
        Hear(Record(A, "10.0.0.1", 1) with { Status = MemberStatus.Departed }, B);
        Assert.DoesNotContain(_swim.Members, m => m.Id == A);
    }

    [Fact]
    public void An_answer_from_another_than_the_one_meant_proves_nothing()
    {
        Hear(Record(A, "10.0.0.1", 1));
        var ping = TickUntil(o => o.Datagrams.FirstOrDefault(d => d.Message is Ping { Target: not null }).Message);
        Step(new Ack(B, ping.Sequence, B, []), "10.0.0.1");
        TickFor(Lan.Period * 2);
        Assert.Equal((1, MemberStatus.Suspect), Held(A));
    }

    [Fact]
    public void The_table_is_bounded_and_departed_members_make_room()
    {
        for (var i = 1; i <= 4200; i++)
        {
            Hear(Record(NodeId.Parse(i.ToString("x32", null)), $"10.1.{i / 250}.{i % 250}", 1));
        }

        Assert.Equal(4096, _swim.Members.Count);
        var first = NodeId.Parse(1.ToString("x32", null));
        Hear(Record(first, "10.1.0.1", 2) with { Status = MemberStatus.Departed });
        Hear(Record(A, "10.2.0.1", 1));
        Assert.Equal(4096, _swim.Members.Count);
        Assert.DoesNotContain(_swim.Members, m => m.Id == first);
        Assert.Contains(_swim.Members, m => m.Id == A);
        Assert.Equal(_swim.Members.Select(m => m.Id).Order(), _swim.Members.Select(m => m.Id));
    }

    [Fact]
    public void An_offer_of_a_table_is_answered_with_the_own_one()
    {
        _swim.StepExchange(_now, A, new StateExchange(ExchangeKind.Offer, [Record(A, "10.0.0.1", 1), Record(B, "10.0.0.2", 1)]));
        var (to, answer) = Assert.Single(_swim.TakeOutput().Exchanges);
        Assert.Equal((A, ExchangeKind.Answer), (to, answer.Kind));
        Assert.Equal([Me, A, B], answer.Members.Select(m => m.Id));
        _swim.StepExchange(_now, A, answer with { Members = [] });
        Assert.Empty(_swim.TakeOutput().Exchanges);
    }

    [Fact]
    public void Tables_that_hold_the_same_are_compared_by_their_sums_and_only_what_differs_is_sent()
    {
        var other = new Swim(Record(A, "10.0.0.1", 1), Lan, new Random(2), _now);
        var crowd = Enumerable.Range(1, 300).Select(i => Record(NodeId.Parse(i.ToString("x32", null)), $"10.1.{i / 250}.{i % 250}", 1)).ToList();
        _swim.StepExchange(_now, A, new StateExchange(ExchangeKind.Answer, [Record(A, "10.0.0.1", 1), .. crowd]));
        other.StepExchange(_now, Me, new StateExchange(ExchangeKind.Answer, [Record(Me, "10.0.0.9", 0), .. crowd]));
        Compare();
        Assert.Empty(_swim.TakeOutput().Exchanges);

        // Each knows of one change that the other does not.
        Hear(Record(B, "10.0.0.2", 1));
        other.StepExchange(_now, Me, new StateExchange(ExchangeKind.Answer, [crowd[7] with { Incarnation = 2 }]));
        _ = other.TakeOutput();
        Compare();
        var difference = Assert.Single(_swim.TakeOutput().Exchanges, e => e.To == A).Message;
        Assert.Equal(ExchangeKind.Difference, difference.Kind);
        Assert.InRange(difference.Members.Length, 2, 60);
        other.StepExchange(_now, Me, difference);
        var rest = Assert.Single(other.TakeOutput().Exchanges).Message;
        Assert.Equal((ExchangeKind.Answer, crowd[7].Id), (rest.Kind, Assert.Single(rest.Members).Id));
        _swim.StepExchange(_now, A, rest);
        Assert.Equal(other.Members, _swim.Members);

        void Compare() => _swim.StepExchange(_now, A, new StateExchange(ExchangeKind.Compare, [], TableSums.Of([.. other.Members])));
    }

    [Fact]
    public void What_an_older_agent_leaves_out_is_taken_from_who_knows_it_and_nobody_objects()
    {
        var leads = Record(A, "10.0.0.1", 1) with { Facts = Record(A, "10.0.0.1", 1).Facts with { Leads = 7 } };
        Hear(Record(A, "10.0.0.1", 1), B);
        Hear(leads);
        Hear(Record(A, "10.0.0.1", 1), B);
        Assert.Equal(7, _swim.Find(A)!.Facts.Leads);

        _swim.SetFacts(_now, _swim.Self.Facts with { Leads = 8 });
        var mine = _swim.Self.Incarnation;
        Hear(_swim.Self with { Facts = _swim.Self.Facts with { Leads = 0 } }, B);
        Assert.Equal(mine, _swim.Self.Incarnation);
    }

    [Fact]
    public void Bad_facts_seeds_and_times_are_refused_with_a_sentence()
    {
        var facts = _swim.Self.Facts;
        Assert.Contains("name", Refused(() => _swim.SetFacts(_now, facts with { Name = "a\"b" })), StringComparison.Ordinal);
        Assert.Contains("clusterId", Refused(() => _swim.SetFacts(_now, facts with { ClusterId = new string('x', 37) })), StringComparison.Ordinal);
        Assert.Contains("port 0", Refused(() => _swim.AddSeeds([("10.0.0.1", 0)])), StringComparison.Ordinal);
        Assert.Contains("gossip.period", Refused(Lan with { ProbeTimeout = Lan.Period }), StringComparison.Ordinal);
        Assert.Contains("gossip.gossipPeriod", Refused(Lan with { GossipPeriod = Lan.Period * 2 }), StringComparison.Ordinal);
        Assert.Contains("gossip.suspicionMult: 1 must be within 2 to 20", Refused(Lan with { SuspicionMult = 1 }), StringComparison.Ordinal);
        Assert.Contains("gossip.maxDatagramBytes", Refused(Lan with { MaxDatagramBytes = 500 }), StringComparison.Ordinal);
        Assert.Contains("gossip.departedAfter", Refused(Lan with { DepartedAfter = TimeSpan.FromSeconds(10) }), StringComparison.Ordinal);
        foreach (var timing in new[] { Timing.Fast, Timing.Lan, Timing.Balanced, Timing.Wan })
        {
            _ = SwimOptions.From(timing).Validated();
        }
    }

    private static string Refused(SwimOptions options) => Refused(() => _ = options.Validated());

    private static string Refused(Action action) => Assert.Throws<ArgumentException>(action).Message;

    private static NodeId Id(char digit) => NodeId.Parse(new string(digit, 32));

    private static MemberRecord Record(NodeId id, string host, long incarnation) =>
        new(id, new NodeAddress(host), incarnation, MemberStatus.Alive, new MemberFacts("production", "db", "", "0.1.0"));

    private (long Incarnation, MemberStatus Status) Held(NodeId id)
    {
        var held = _swim.Members.Single(m => m.Id == id);
        return (held.Incarnation, held.Status);
    }

    /// <summary>News from a stranger that holds nothing itself.</summary>
    private void Hear(MemberRecord record, NodeId? from = null) =>
        Step(new News(Id('f'), 0, [new MemberUpdate(record, from ?? record.Id)]), "10.0.0.15");

    private void Step(GossipMessage message, string host)
    {
        _swim.StepDatagram(_now, (host, 9638), message);
        _last = _swim.TakeOutput();
        _changes.AddRange(_last.Changes);
    }

    private void TickFor(TimeSpan time)
    {
        for (var end = _now + time; _now < end;)
        {
            _now = Instant.Earlier(end, Instant.Later(_swim.NextDeadline, _now + TimeSpan.FromMicroseconds(1)));
            _swim.Tick(_now);
            _ = _swim.TakeOutput();
        }
    }

    private T TickUntil<T>(Func<SwimOutput, T?> found)
        where T : class
    {
        for (var ticks = 0; ticks < 1000; ticks++)
        {
            _now = Instant.Later(_swim.NextDeadline, _now + TimeSpan.FromMicroseconds(1));
            _swim.Tick(_now);
            if (found(_swim.TakeOutput()) is { } it)
            {
                return it;
            }
        }

        throw new Xunit.Sdk.XunitException("not found within 1000 ticks");
    }
}
