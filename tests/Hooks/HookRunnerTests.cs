using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using MySqlHa.Cluster;
using MySqlHa.Hooks;
using MySqlHa.Node;
using MySqlHa.Tests.Api;
using MySqlHa.Tests.Ring;
using MySqlHa.Tests.Supervision;
using Xunit;

namespace MySqlHa.Tests.Hooks;

/// <summary>Executables of an operator, on real processes.</summary>
public sealed class HookRunnerTests : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private readonly string _directory = Directory.CreateTempSubdirectory("mysqlha-hooks").FullName;
    private readonly EventBook _book = new(1);
    private readonly CancellationTokenSource _stopping = new();

    private string Told => Path.Combine(_directory, "told");

    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    [Theory]
    [InlineData("promoted", "became-leader")]
    [InlineData("follows", "became-follower")]
    [InlineData("fence", "fenced")]
    public async Task An_event_runs_its_hook_and_then_the_one_for_all(string code, string hook)
    {
        Write(hook, $"echo \"$MYSQLHA_HOOK $MYSQLHA_EVENT $MYSQLHA_EPOCH $MYSQLHA_NODE_NAME $MYSQLHA_TEXT\" >> {Told}");
        Write("event", $"echo \"$MYSQLHA_HOOK $MYSQLHA_EVENT_ID\" >> {Told}");
        var following = Runner().FollowEventsAsync(_stopping.Token);
        Happens(code, epoch: 9);

        var me = SampleCluster.SeenByLeader.Member(SampleCluster.SeenByLeader.Self)!;
        await ToldAsync($"{hook} {code} 9 {me.Name} {code} happened", "event 1");
        await _stopping.CancelAsync();
        await following;
    }

    [Fact]
    public async Task A_failover_is_an_epoch_that_another_node_leads()
    {
        Write("failed-over", $"echo \"$MYSQLHA_OLD_LEADER_ID to $MYSQLHA_LEADER_ID\" >> {Told}");
        var view = SampleCluster.SeenByLeader;
        var (old, now) = (view.History[^2], view.History[^1]);
        Assert.NotEqual(old.Leader, now.Leader);
        _ = Runner().FollowEventsAsync(_stopping.Token);
        Happens("epoch-established", now.Number, old.Leader); // the same node leads again: who acknowledges changed
        Happens("epoch-established", now.Number, now.Leader);

        await ToldAsync($"{old.Leader.Hex} to {view.Leader!.Value.Hex}");
    }

    [Fact]
    public async Task Hooks_run_one_after_the_other_in_the_order_of_events()
    {
        Write("event", $"echo \"begin $MYSQLHA_EVENT\" >> {Told}; sleep 0.05; echo \"end $MYSQLHA_EVENT\" >> {Told}");
        _ = Runner().FollowEventsAsync(_stopping.Token);
        Happens("a");
        Happens("b");
        Happens("c");

        await ToldAsync("begin a", "end a", "begin b", "end b", "begin c", "end c");
    }

    [Fact]
    public async Task A_hook_that_takes_too_long_is_killed_with_what_it_started_and_the_next_one_runs()
    {
        Write("event", $"echo $MYSQLHA_EVENT >> {Told}; [ $MYSQLHA_EVENT = b ] || sh -c 'echo $$ > {_directory}/child; sleep 600'");
        _ = Runner(limit: TimeSpan.FromSeconds(1)).FollowEventsAsync(_stopping.Token);
        Happens("a");
        Happens("b");

        await ToldAsync("a", "b");
        var child = int.Parse((await File.ReadAllTextAsync(Path.Combine(_directory, "child"))).Trim(), provider: null);
        await UntilAsync(() => !Directory.Exists($"/proc/{child}"), "the hook's child lives on");
    }

    [Theory]
    [InlineData("( sleep 600 & echo $! > {0}/child )")]
    [InlineData("( setsid sleep 600 & echo $! > {0}/child )")]
    public async Task What_it_started_is_killed_with_it_also_where_its_parent_has_ended(string start)
    {
        Write("event", $"{start.Replace("{0}", _directory, StringComparison.Ordinal)}; echo $MYSQLHA_EVENT >> {Told}; sleep 600");
        _ = Runner(limit: TimeSpan.FromSeconds(1)).FollowEventsAsync(_stopping.Token);
        Happens("a");

        await ToldAsync("a");
        var child = int.Parse((await File.ReadAllTextAsync(Path.Combine(_directory, "child"))).Trim(), provider: null);
        await UntilAsync(() => !IsAlive(child), "what the hook started lives on");
    }

    [Fact]
    public async Task Why_a_hook_is_not_run_is_told_once_and_again_when_it_is_another_reason()
    {
        var log = new RecordedLog();
        var runner = Runner(log: log);
        var path = Path.Combine(_directory, "suitability");
        Write("suitability", "echo 5");
        foreach (var mode in new[] { UnixFileMode.UserRead, UnixFileMode.UserExecute | UnixFileMode.OtherWrite })
        {
            File.SetUnixFileMode(path, mode);
            for (var i = 0; i < 3; i++)
            {
                Assert.Equal(Suitability.Unknown, await runner.AskSuitabilityAsync(CancellationToken.None));
            }
        }

        Assert.Equal(
            [$"Hook suitability: {path} is not executable", $"Hook suitability: {path} can be written by anybody, so it is not run"],
            log.Lines.Select(l => l.Text));
    }

    [Fact]
    public async Task A_hook_gets_no_input_and_of_the_agents_environment_only_what_is_no_secret()
    {
        Environment.SetEnvironmentVariable("MYSQLHA_TEST_SECRET", "s3cret");
        Write("event", $"cat >> {Told}; env | sort | grep -v MYSQLHA_ | cut -d= -f1 | tr '\\n' ' ' >> {Told}");
        _ = Runner().FollowEventsAsync(_stopping.Token);
        Happens("a");

        await UntilAsync(() => File.Exists(Told) && File.ReadAllText(Told).Contains("PATH", StringComparison.Ordinal), "it did not run");
        var names = (await File.ReadAllTextAsync(Told)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Empty(names.Except(["PATH", "HOME", "LANG", "TZ", "PWD", "OLDPWD", "SHLVL", "_"]));
    }

    [Fact]
    public async Task What_wrote_much_and_left_a_child_with_its_pipes_is_not_waited_for()
    {
        Write("event", $"sleep 600 & head -c 1000000 /dev/zero | tr '\\0' x; echo; echo $! >> {_directory}/child; echo done >> {Told}");
        var clock = Stopwatch.StartNew();
        _ = Runner().FollowEventsAsync(_stopping.Token);
        Happens("a");
        Happens("b");

        await ToldAsync("done", "done");
        Assert.True(clock.Elapsed < TimeSpan.FromSeconds(25), $"took {clock.Elapsed}");
        foreach (var pid in await File.ReadAllLinesAsync(Path.Combine(_directory, "child")))
        {
            using var child = Process.GetProcessById(int.Parse(pid, provider: null));
            child.Kill();
        }
    }

    [Theory]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserWrite, "is not executable")]
    [InlineData(UnixFileMode.UserRead | UnixFileMode.UserExecute | UnixFileMode.OtherWrite, "can be written by anybody")]
    public void What_is_not_executable_or_anybodys_to_write_is_not_run(UnixFileMode mode, string why)
    {
        Write("event", "true");
        File.SetUnixFileMode(Path.Combine(_directory, "event"), mode);

        Assert.Null(HookFolder.Find(_directory, "event", out var problem));
        Assert.Contains(why, problem, StringComparison.Ordinal);
        Assert.Null(HookFolder.Find(_directory, "fenced", out var none));
        Assert.Empty(none);
    }

    [Theory]
    [InlineData("echo 7", true, 7, "")]
    [InlineData("echo chatter; echo 1000; echo", true, 1000, "")]
    [InlineData("true", true, null, "")]
    [InlineData("echo 1001", false, null, "its last line is '1001'; a number from 0 to 1000 is allowed, or nothing")]
    [InlineData("echo yes", false, null, "its last line is 'yes'; a number from 0 to 1000 is allowed, or nothing")]
    [InlineData("echo the disk is old; exit 3", false, null, "it ended with 3: the disk is old")]
    [InlineData("sleep 600", false, null, "it was killed at its time limit of 1 s")]
    [InlineData("kill -9 $$", false, null, "it ended with 137")]
    public async Task A_suitability_hook_says_whether_and_how_much_this_node_should_lead(
        string script, bool suitable, int? priority, string problem)
    {
        Write("suitability", script);

        Assert.Equal(
            new Suitability(suitable, priority, problem),
            await Runner(limit: TimeSpan.FromSeconds(1)).AskSuitabilityAsync(CancellationToken.None));
    }

    [Fact]
    public async Task A_hook_that_is_taken_away_while_it_runs_keeps_no_node_from_leading()
    {
        Write("suitability", "rm \"$0\"; sleep 600");
        Assert.Equal(Suitability.Unknown, await Runner(limit: TimeSpan.FromSeconds(1)).AskSuitabilityAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Only_changes_of_suitability_are_told_and_a_hook_that_is_taken_away_counts_no_more()
    {
        var told = new List<Suitability>();
        Write("suitability", "exit 1");
        _ = Runner().WatchSuitabilityAsync(told.Add, _stopping.Token);
        await UntilAsync(() => told.Count == 1, "not told");
        Write("suitability", "echo 5");
        await UntilAsync(() => told.Count == 2, "not told again");
        File.Delete(Path.Combine(_directory, "suitability"));
        await UntilAsync(() => told.Count == 3, "not told for the third time");

        Assert.Equal([new(false, null, "it ended with 1"), new(true, 5), Suitability.Unknown], told);
    }

    /// <summary>A process that has ended, but of which its parent has not heard yet, is none.</summary>
    private static bool IsAlive(int pid)
    {
        try
        {
            return !File.ReadAllText($"/proc/{pid}/stat").Split(") ")[^1].StartsWith('Z');
        }
        catch (IOException)
        {
            return false;
        }
    }

    private HookRunner Runner(TimeSpan? limit = null, RecordedLog? log = null) => new(
        new HookOptions(_directory, limit ?? Deadline, TimeSpan.FromMilliseconds(20)),
        _book,
        () => SampleCluster.SeenByLeader,
        log is null ? NullLogger.Instance : log);

    private void Happens(string code, long epoch = 0, NodeId? node = null) =>
        _book.Add(DateTimeOffset.UnixEpoch, [new ClusterEvent(code, $"{code} happened", EventScope.Node, node, epoch)]);

    private void Write(string name, string script) => ShellScript.Write(Path.Combine(_directory, name), script);

    private Task ToldAsync(params string[] lines) => UntilAsync(
        () => File.Exists(Told) && File.ReadAllLines(Told).SequenceEqual(lines),
        $"not told: {string.Join(" / ", lines)}");

    private async Task UntilAsync(Func<bool> condition, string otherwise)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            var told = File.Exists(Told) ? await File.ReadAllTextAsync(Told) : "nothing";
            Assert.True(Stopwatch.GetElapsedTime(since) < Deadline, $"{otherwise}; told: {told}");
            await Task.Delay(10);
        }
    }
}
