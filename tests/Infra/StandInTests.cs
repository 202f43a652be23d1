using System.Collections.Immutable;
using Pulumi;
using Pulumi.Testing;
using Pulumi.Utilities;
using Xunit;
using Remote = Pulumi.Command.Remote;

namespace MySqlHa.Tests.Infra;

/// <summary>What infra/ rests on, of whichever SDK it is compiled with: facts about Pulumi, seen with the real one.</summary>
[Collection(PulumiCollection.Name)]
public sealed class StandInTests
{
    [Fact]
    public async Task A_mock_sees_numbers_as_double_lists_and_maps_as_immutable_and_nothing_unknown()
    {
        var mocks = await RunAsync(preview: true, () =>
        {
            var first = Run("first", "x");
            _ = Run("second", first.Stdout);
        });
        var inputs = mocks.Inputs["first"];
        Assert.Equal("x", inputs["stdin"]);
        Assert.Equal(["a", "b"], ((ImmutableArray<object>)inputs["triggers"]).Cast<string>());
        var connection = (ImmutableDictionary<string, object>)inputs["connection"];
        Assert.Equal((22.0, 15.0, 10.0), (connection["port"], connection["perDialTimeout"], connection["dialErrorLimit"]));
        Assert.Equal(("root", "h"), (connection["user"], connection["host"]));
        Assert.Equal("none", inputs["logging"]);
        Assert.False(mocks.Inputs["second"].ContainsKey("stdin"), "unknown in a preview");
    }

    [Fact]
    public async Task Outside_of_a_preview_what_a_mock_leaves_out_is_known_and_empty()
    {
        Output<string>? seen = null;
        _ = await RunAsync(preview: false, () => seen = Run("first", "x").Stderr.Apply(text => text is null ? "nothing" : text));
        Assert.True(await OutputUtilities.GetIsKnownAsync(seen!));
        Assert.Equal("nothing", await OutputUtilities.GetValueAsync(seen!));
    }

    [Fact]
    public async Task A_resource_waits_for_what_its_inputs_and_its_options_name()
    {
        var mocks = await RunAsync(preview: false, () =>
        {
            var slow = Run("slow", "x");
            var after = Run("after", slow.Stdout);
            var last = new CustomResourceOptions { DependsOn = { after } };
            _ = new Remote.Command("last", Args("y"), last);
        });
        Assert.Equal(["slow", "after", "last"], mocks.Order);
        Assert.Equal("out of slow", mocks.Inputs["after"]["stdin"]);
    }

    [Fact]
    public async Task A_secret_stays_one_in_what_is_made_of_it()
    {
        Output<string>? both = null;
        _ = await RunAsync(preview: false, () => both = Output.Format($"{Output.CreateSecret("s")} and {Output.Create("p")}"));
        Assert.True(await Output.IsSecretAsync(both!));
        Assert.False(await Output.IsSecretAsync(Output.Unsecret(both!)));
        Assert.Equal("s and p", await OutputUtilities.GetValueAsync(both!));
    }

    [Fact]
    public async Task What_fails_in_a_mock_fails_the_run_and_what_depends_on_it_is_not_registered()
    {
        var mocks = new EchoMocks { Fails = "first" };
        var failure = await Assert.ThrowsAnyAsync<Exception>(
            () => RunAsync(mocks, preview: false, () => Run("second", Run("first", "x").Stdout)));
        Assert.Contains("first failed", failure.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("second", mocks.Order);
    }

    [Fact]
    public async Task A_run_ends_at_its_first_failure_and_does_not_wait_for_what_else_is_under_way()
    {
        var never = new TaskCompletionSource();
        var mocks = new EchoMocks { Fails = "failing", Slow = ("slow", never.Task) };
        var running = RunAsync(mocks, preview: false, () =>
        {
            _ = Run("slow", "x");
            _ = Run("failing", "x");
        });
        try
        {
            var failure = await Assert.ThrowsAnyAsync<RunException>(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains("failing failed", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            never.SetResult();
        }
    }

    [Fact]
    public async Task What_a_program_throws_is_told_with_its_frames_unless_it_wants_none()
    {
        var failure = await Assert.ThrowsAsync<RunException>(
            () => RunAsync(preview: false, () => Output.Create(1).Apply(Fail(new InvalidOperationException("no luck")))));
        Assert.StartsWith("Running program '", failure.Message, StringComparison.Ordinal);
        Assert.Contains("System.InvalidOperationException: no luck\n   at ", failure.Message, StringComparison.Ordinal);
        failure = await Assert.ThrowsAsync<RunException>(
            () => RunAsync(preview: false, () => Output.Create(1).Apply(Fail(new RunException("no luck")))));
        Assert.Equal("no luck", failure.Message);

        static Func<int, int> Fail(Exception e) => _ => throw e;
    }

    [Fact]
    public async Task Without_an_engine_a_program_ends_with_the_sdks_own_words()
    {
        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => Deployment.RunAsync(() => { }));
        Assert.Contains("Program run without the Pulumi engine available", failure.Message, StringComparison.Ordinal);
    }

    private static Remote.Command Run(string name, Input<string> stdin) => new(name, Args(stdin));

    private static Remote.CommandArgs Args(Input<string> stdin) => new()
    {
        Connection = new Remote.Inputs.ConnectionArgs { Host = "h" },
        Stdin = stdin,
        Triggers = new object[] { Output.Create("a"), "b" },
        Logging = Remote.Logging.None,
    };

    private static Task<EchoMocks> RunAsync(bool preview, Action program) => RunAsync(new EchoMocks(), preview, program);

    private static async Task<EchoMocks> RunAsync(EchoMocks mocks, bool preview, Action program)
    {
        _ = await Deployment.TestAsync(mocks, new TestOptions { IsPreview = preview }, () =>
        {
            program();
            return new Dictionary<string, object?>();
        });
        return mocks;
    }

    private sealed class EchoMocks : IMocks
    {
        public string Fails { get; init; } = "";

        public (string Name, Task Until) Slow { get; init; } = ("", Task.CompletedTask);

        public List<string> Order { get; } = [];

        public Dictionary<string, ImmutableDictionary<string, object>> Inputs { get; } = [];

        public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
        {
            if (args.Name == Slow.Name)
            {
                await Slow.Until;
            }

            if (args.Name == Fails)
            {
                throw new InvalidOperationException($"{args.Name} failed");
            }

            lock (Order)
            {
                Order.Add(args.Name!);
                Inputs[args.Name!] = args.Inputs;
            }

            var state = new Dictionary<string, object>();
            if (Deployment.Instance.IsDryRun == false)
            {
                state["stdout"] = $"out of {args.Name}";
            }

            return ($"{args.Name}-id", state);
        }

        public Task<object> CallAsync(MockCallArgs args) => throw new NotSupportedException();
    }
}
