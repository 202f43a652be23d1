using System.Collections.Immutable;
using MySqlHa.Cli;
using MySqlHa.Cluster;
using MySqlHa.Ring;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Storage;
using Xunit;

namespace MySqlHa.Tests.Cli;

/// <summary>The steps of a rotation as commands, beside an API whose node goes along.</summary>
[Collection(CommandLineRun.Collection)]
public sealed class RingRotateTests : IDisposable
{
    private static readonly RingKey Old = RingKey.Create("old");
    private static readonly RingKey New = RingKey.Create("new");

    private readonly TemporaryDirectory _directory = new();

    public RingRotateTests()
    {
        Old.Save(KeyFile);
        New.Save(_directory.File("new.key"));
    }

    private string KeyFile => _directory.File("ring.key");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Three_steps_lead_from_one_key_to_the_other_and_say_what_is_next()
    {
        await using var api = await StartAsync();
        foreach (var (step, after, next) in new[]
        {
            ("accept", new[] { Old, New }, "--step use"), ("use", [New, Old], "--step finish"), ("finish", [New], "nothing is left to do"),
        })
        {
            var run = await RotateAsync(api, step);
            run.Expect(0);
            Assert.Contains(next, run.Output, StringComparison.Ordinal);
            Assert.Equal(after.Select(k => k.Fingerprint), RingKeys.Load(KeyFile).Fingerprints.AsEnumerable());
            Follow(api);

            var again = await RotateAsync(api, step);
            again.Expect(0);
            Assert.Contains($"was not changed: step {step} is done there", again.Output, StringComparison.Ordinal);
            Assert.Equal(after.Select(k => k.Fingerprint), RingKeys.Load(KeyFile).Fingerprints.AsEnumerable());
        }
    }

    [Fact]
    public async Task A_step_is_refused_where_the_one_before_is_not_done_here_or_by_a_member()
    {
        await using var api = await StartAsync();
        var early = await RotateAsync(api, "use");
        early.Expect(4);
        Assert.Contains("do --step accept first, on every node", early.Error, StringComparison.Ordinal);

        (await RotateAsync(api, "accept")).Expect(0);
        Follow(api, except: 1);
        var member = await RotateAsync(api, "use");
        member.Expect(4);
        Assert.Contains($"does not accept the new key {New.Fingerprint} yet", member.Error, StringComparison.Ordinal);
        Assert.Equal([Old.Fingerprint, New.Fingerprint], RingKeys.Load(KeyFile).Fingerprints.AsEnumerable());

        (await RotateAsync(api, "use", "--unchecked")).Expect(0);
        Assert.Equal(New.Fingerprint, RingKeys.Load(KeyFile).First.Fingerprint);
    }

    [Fact]
    public async Task The_other_groups_of_the_ring_must_have_the_step_before_behind_them_too()
    {
        await using var api = await StartAsync();
        await using var other = await StartAsync();
        var there = new GroupMemberView(
            SampleCluster.OtherId,
            "st1",
            new NodeAddress(other.Address.Host, 9638, other.Address.Port),
            MemberLiveness.Alive,
            "c",
            "0.1.0",
            3);
        var staging = new GroupView(new ServiceGroup("staging"), ["c"], ElectionStatus.Finished, there.Id, 3, [there]);
        api.View = api.View with { GroupsWhenRead = new Lazy<ImmutableArray<GroupView>>([staging]) };
        (await RotateAsync(api, "accept")).Expect(0);
        Follow(api);

        var early = await RotateAsync(api, "use");
        early.Expect(4);
        Assert.Contains("of mysql.staging db1 at 127.0.61.1 does not accept the new key", early.Error, StringComparison.Ordinal);

        Follow(other);
        (await RotateAsync(api, "use")).Expect(0);
    }

    [Fact]
    public void Every_member_counts_and_a_stranger_does_not()
    {
        var view = Members();
        ClusterView With(params string[] keys) => view with { Members = [.. view.Members.Select(m => m with { RingKeys = [.. keys] })] };
        Assert.Equal(view.Members.Length, RingRotateCommand.Missing(view, "new", RotationStep.Use).Count);
        Assert.Equal(view.Members.Length, RingRotateCommand.Missing(With("old"), "new", RotationStep.Use).Count);
        Assert.Empty(RingRotateCommand.Missing(With("old", "new"), "new", RotationStep.Use));
        Assert.Equal(view.Members.Length, RingRotateCommand.Missing(With("old", "new"), "new", RotationStep.Finish).Count);
        Assert.Empty(RingRotateCommand.Missing(With("new", "old"), "new", RotationStep.Finish));
        var stranger = view.Members[0] with { Standing = MemberStanding.Stranger };
        var with = With("new", "old");
        Assert.Empty(RingRotateCommand.Missing(with with { Members = [.. with.Members, stranger] }, "new", RotationStep.Finish));
    }

    [Fact]
    public async Task The_keys_in_a_file_are_named_without_secrets()
    {
        RingKeyFile.Replace(KeyFile, RingKeys.Of(New, Old));
        var run = await CommandLineRun.OfAsync("ring", "show", KeyFile);
        run.Expect(0);
        Assert.Matches($@"(?m)^1 +{New.NameAndRevision} +{New.Fingerprint} +used$", run.Output);
        Assert.Matches($@"(?m)^2 +{Old.NameAndRevision} +{Old.Fingerprint} +accepted$", run.Output);
        Assert.All(
            File.ReadAllLines(KeyFile).Where(l => l.Length > 12 && !l.Contains('-')),
            secret => Assert.DoesNotContain(secret, run.Output, StringComparison.Ordinal));
        Assert.Equal(New.AuthorityPem + Old.AuthorityPem, (await CommandLineRun.OfAsync("ring", "ca", "--ring-key", KeyFile)).Output);
        (await CommandLineRun.OfAsync("ring", "show", _directory.File("none"))).Expect(1);
    }

    /// <summary>The token and the certificate of a node change with its key; those of one that it dropped are nothing any more.</summary>
    [Fact]
    public async Task The_API_takes_the_tokens_of_all_keys_and_shows_the_first_one_s_certificate()
    {
        await using var api = await StartAsync();
        foreach (var (keys, withOld, withNew) in new[]
        {
            (RingKeys.Of(Old), 0, 1), (RingKeys.Of(Old, New), 0, 1), (RingKeys.Of(New, Old), 1, 0), (RingKeys.Of(New), 1, 0),
        })
        {
            api.UseRing(keys);
            // A file with one key knows only its certificate; one with both knows both, and asks with its first one's token.
            (await StepDownAsync(api, RingKeys.Of(Old))).Expect(withOld);
            (await StepDownAsync(api, RingKeys.Of(New))).Expect(withNew);
            (await StepDownAsync(api, RingKeys.Of(Old, New))).Expect(keys.Accepts(Old.Fingerprint) ? 0 : 1);
            (await StepDownAsync(api, RingKeys.Of(New, Old))).Expect(keys.Accepts(New.Fingerprint) ? 0 : 1);
        }
    }

    private Task<CommandLineRun> StepDownAsync(RunningApi api, RingKeys keys)
    {
        RingKeyFile.Replace(KeyFile, keys);
        return CommandLineRun.OfAsync("step-down", "--address", api.Address.Authority, "--ring-key", KeyFile);
    }

    private Task<CommandLineRun> RotateAsync(RunningApi api, string step, params string[] more) => CommandLineRun.OfAsync(
    [
        "ring", "rotate", "--key", KeyFile, "--new", _directory.File("new.key"), "--step", step,
        "--address", api.Address.Authority, .. more,
    ]);

    /// <summary>The node and all members have what the file holds.</summary>
    /// <param name="except">The number of a member that is not that far; 0: none.</param>
    private void Follow(RunningApi api, int except = 0)
    {
        var keys = RingKeys.Load(KeyFile);
        api.UseRing(keys);
        api.View = api.View with
        {
            Members = [.. api.View.Members.Select(m => m.Number == except ? m : m with { RingKeys = keys.Fingerprints })],
        };
    }

    private static async Task<RunningApi> StartAsync()
    {
        var view = Members();
        var api = await RunningApi.StartAsync(view with
        {
            Members = [.. view.Members.Select(m => m with { RingKeys = ImmutableArray.Create(Old.Fingerprint) })],
        });
        api.UseRing(RingKeys.Of(Old));
        return api;
    }

    private static ClusterView Members() => SampleCluster.SeenByLeader with
    {
        Members = [.. SampleCluster.SeenByLeader.Members.Select(m => m with { Standing = MemberStanding.Voter })],
    };
}
