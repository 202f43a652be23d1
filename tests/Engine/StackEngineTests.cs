using MySqlHa.Machines.Engine;
using MySqlHa.Tests.Infra;
using Pulumi;
using Xunit;
using Local = Pulumi.Command.Local;

namespace MySqlHa.Tests.Engine;

/// <summary>The engine that runs the stack on machines does what Pulumi's does, tried with commands on this host.</summary>
[Collection(PulumiCollection.Name)]
public sealed class StackEngineTests : IDisposable
{
    private readonly EngineRoom _room = new();

    public void Dispose() => _room.Dispose();

    [Fact]
    public async Task What_is_unchanged_is_left_alone()
    {
        void Program(ProgramStack stack) => _room.Noted("a");
        Assert.True(await _room.UpAsync(Program));
        Assert.Equal(["+a"], _room.Diary());
        Assert.Contains("1 created", _room.Told, StringComparison.Ordinal);

        Assert.True(await _room.UpAsync(Program));
        Assert.Empty(_room.Diary());
        Assert.Contains("Resources: 1 unchanged", _room.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_trigger_replaces_the_new_one_first()
    {
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1")));
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "2")));
        Assert.Equal(["+a1", "+a2", "-a1"], _room.Diary());
        Assert.Contains("1 replaced, 1 deleted", _room.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_the_program_says_so_the_old_one_goes_first()
    {
        var options = new CustomResourceOptions { DeleteBeforeReplace = true };
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1", options)));
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "2", options)));
        Assert.Equal(["+a1", "-a1", "+a2"], _room.Diary());
    }

    [Fact]
    public async Task Another_text_is_an_update()
    {
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", create: _room.Write("first"))));
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", create: _room.Write("second"))));
        Assert.Equal(["first", "~a"], _room.Diary());

        void Plain(string text) => _ = new Local.Command("b", new Local.CommandArgs { Create = _room.Write(text) });
        Assert.True(await _room.UpAsync(_ => Plain("third")));
        Assert.True(await _room.UpAsync(_ => Plain("fourth")));
        Assert.Equal(["third", "-a", "fourth"], _room.Diary()); // without a text for updates it is made once more
    }

    [Fact]
    public async Task What_the_program_no_longer_has_goes_after_the_run_last_made_first()
    {
        Assert.True(await _room.UpAsync(stack =>
        {
            var a = _room.Noted("a");
            var b = _room.Noted("b", options: new CustomResourceOptions { DependsOn = { a } });
            _ = _room.Noted("c", options: new CustomResourceOptions { DependsOn = { b } });
        }));
        Assert.Equal(["+a", "+b", "+c"], _room.Diary());

        Assert.True(await _room.UpAsync(_ => _room.Noted("d")));
        Assert.Equal(["+d", "-c", "-b", "-a"], _room.Diary());

        Assert.True(await _room.DestroyAsync());
        Assert.Equal(["-d"], _room.Diary());
        Assert.Empty(new StateFile(_room.StatePath).Resources);
    }

    [Fact]
    public async Task A_failure_begins_nothing_new_and_the_next_run_goes_on_there()
    {
        void Program(string b)
        {
            var a = _room.Noted("a");
            var failing = _room.Noted("b", options: new CustomResourceOptions { DependsOn = { a } }, create: b);
            _ = _room.Noted("c", options: new CustomResourceOptions { DependsOn = { failing } });
        }

        Assert.False(await _room.UpAsync(_ => Program("echo no such luck >&2; exit 3")));
        Assert.Equal(["+a"], _room.Diary());
        Assert.Contains("error: command:local:Command b: Process exited with status 3", _room.Told, StringComparison.Ordinal);
        Assert.Contains("no such luck", _room.Told, StringComparison.Ordinal);

        Assert.True(await _room.UpAsync(_ => Program(_room.Write("+b"))));
        Assert.Equal(["+b", "+c"], _room.Diary());
        Assert.Contains("2 created, 1 unchanged", _room.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_under_way_at_a_failure_ends_before_the_run_does_and_is_kept()
    {
        var slow = _room.WaitFor("failing") + "; sleep 0.5; " + _room.Write("+slow");
        Assert.False(await _room.UpAsync(stack =>
        {
            _ = _room.Noted("slow", create: _room.Tell("slow") + "; " + slow);
            _ = _room.Noted("failing", create: _room.WaitFor("slow") + "; " + _room.Tell("failing") + "; exit 3");
        }));
        Assert.Equal(["+slow"], _room.Diary());
        Assert.Equal("slow", Assert.Single(new StateFile(_room.StatePath).Resources).Name);
        Assert.Single(_room.Told.Split('\n'), line => line.StartsWith("error: ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_protected_is_neither_deleted_nor_replaced_nor_destroyed()
    {
        var options = new CustomResourceOptions { Protect = true };
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1", options)));
        Assert.False(await _room.UpAsync(_ => _room.Noted("a", "2", options)));
        Assert.Contains("protected", _room.Told, StringComparison.Ordinal);
        Assert.False(await _room.UpAsync(_ => { }));
        Assert.Contains("protected", _room.Told, StringComparison.Ordinal);
        Assert.False(await _room.DestroyAsync());
        Assert.Contains("command:local:Command a: protected", _room.Told, StringComparison.Ordinal);
        Assert.Equal(["+a1"], _room.Diary());

        // Unprotected by an up, it goes.
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1")));
        Assert.True(await _room.DestroyAsync());
        Assert.Equal(["-a1"], _room.Diary());
    }

    [Fact]
    public async Task An_ignored_change_changes_nothing_but_goes_along_with_a_replacement()
    {
        static CustomResourceOptions Options() => new() { IgnoreChanges = { "create" } };
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1", Options(), _room.Write("first"))));
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1", Options(), _room.Write("second"))));
        Assert.Equal(["first"], _room.Diary());
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "2", Options(), _room.Write("third"))));
        Assert.Equal(["third", "-a1"], _room.Diary());
    }

    [Fact]
    public async Task What_is_retained_is_only_forgotten()
    {
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", options: new CustomResourceOptions { RetainOnDelete = true })));
        Assert.True(await _room.DestroyAsync());
        Assert.Equal(["+a"], _room.Diary());
        Assert.Contains("1 retained", _room.Told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_preview_does_nothing_and_says_what_an_up_would()
    {
        Assert.True(await _room.UpAsync(_ => _room.Noted("a", "1")));
        Assert.True(await _room.UpAsync(
            stack =>
            {
                _ = _room.Noted("a", "2");
                _ = _room.Noted("b");
            },
            preview: true));
        Assert.Equal(["+a1"], _room.Diary());
        Assert.Contains("command:local:Command a would be replaced", _room.Told, StringComparison.Ordinal);
        Assert.Contains("command:local:Command b would be created", _room.Told, StringComparison.Ordinal);
        Assert.Equal("a", Assert.Single(new StateFile(_room.StatePath).Resources).Name);
    }

    [Fact]
    public async Task Outputs_are_told_and_kept_secret_ones_only_kept()
    {
        void Program(ProgramStack stack, bool secret)
        {
            var args = new Local.CommandArgs { Create = "echo hidden words", Logging = Local.Logging.None };
            var output = new Local.Command("a", args).Stdout;
            stack.Answer = secret ? Output.CreateSecret(output) : output;
        }

        Assert.True(await _room.UpAsync(stack => Program(stack, secret: false)));
        Assert.Contains("answer: \"hidden words\"", _room.Told, StringComparison.Ordinal);
        Assert.True(await _room.UpAsync(stack => Program(stack, secret: true)));
        Assert.Contains("answer: [secret]", _room.Told, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", _room.Told, StringComparison.Ordinal);
        Assert.Equal("hidden words", (string?)new StateFile(_room.StatePath).Outputs["answer"]?["secret"]);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_room.StatePath));
    }

    [Fact]
    public async Task A_program_that_throws_fails_the_run_with_its_sentence()
    {
        Assert.False(await _room.UpAsync(_ => throw new InvalidOperationException("zones: three are needed")));
        Assert.Contains("error: zones: three are needed", _room.Told, StringComparison.Ordinal);
        Assert.False(File.Exists(_room.StatePath));
    }
}
