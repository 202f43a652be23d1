using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using MySqlHa.Machines.Hosts;
using Pulumi;
using Pulumi.Testing;

namespace MySqlHa.Machines.Engine;

/// <summary>One <c>up</c>, <c>preview</c> or <c>destroy</c> of a program, told as Pulumi tells it.</summary>
/// <param name="program">Makes the program's stack. Called anew for each run.</param>
public sealed class StackRun(
    Func<StackOptions, Stack> program,
    StateFile state,
    Func<EngineLog, IReadOnlyDictionary<string, IProvider>> providers,
    TextWriter writer)
{
    public const string Project = "mysql-ha-stack";
    public const string Name = "machines";

    /// <summary>True: all is as the program wants it (in a preview: nothing but the difference was told).</summary>
    /// <param name="configuration">Keys without the project's name; lists and maps as JSON.</param>
    /// <param name="refresh">Whether it is looked first at what is still there.</param>
    public async Task<bool> UpAsync(
        IReadOnlyDictionary<string, string> configuration, bool preview, bool refresh, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var log = new EngineLog(writer);
        var treatments = new TreatmentReader();
        var engine = new StackEngine(state, providers(log), treatments, log, preview);
        // By environment: how a program's configuration comes, with an engine and with mocks.
        static string WithBag(string key) => key.Contains(':', StringComparison.Ordinal) ? key : $"{Project}:{key}";
        var bags = configuration.ToDictionary(p => WithBag(p.Key), p => p.Value);
        Environment.SetEnvironmentVariable("PULUMI_CONFIG", JsonSerializer.Serialize(bags));
        var failures = new List<string>();
        try
        {
            if (refresh)
            {
                await engine.RefreshAsync();
            }

            _ = await Deployment.TestWithServiceProviderAsync<Stack>(
                engine,
                new StackSource(() => program(new StackOptions { ResourceTransformations = { treatments.Read } })),
                new TestOptions { ProjectName = Project, StackName = Name, OrganizationName = Name, IsPreview = preview });
            await engine.DeleteTheRestAsync(cancellation);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await engine.SettleAsync();
            failures.AddRange(engine.Failures);
            // What the engine did not see fail: the program itself.
            string[] seen = [SkippedException.Sentence, .. failures];
            failures.AddRange(Sentences(e).Where(s => !seen.Any(f => s.Contains(f, StringComparison.Ordinal))));
        }

        if (failures.Count == 0 && !preview)
        {
            state.SetOutputs(engine.Outputs);
            Tell(log, state.Outputs);
        }

        foreach (var failure in failures.Distinct())
        {
            log.Line($"error: {failure}");
        }

        log.Line(string.Create(CultureInfo.InvariantCulture, $"Resources: {log.Summary()} ({clock.Elapsed.TotalSeconds:0} s)"));
        return failures.Count == 0;
    }

    public async Task<bool> DestroyAsync(CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var log = new EngineLog(writer);
        var engine = new StackEngine(state, providers(log), new TreatmentReader(), log, preview: false);
        var good = true;
        try
        {
            await engine.RefreshAsync();
            await engine.DestroyAsync(cancellation);
            state.SetOutputs([]);
        }
        catch (MachinesException e)
        {
            log.Line($"error: {e.Message}");
            good = false;
        }

        log.Line(string.Create(CultureInfo.InvariantCulture, $"Resources: {log.Summary()} ({clock.Elapsed.TotalSeconds:0} s)"));
        return good;
    }

    /// <summary>The stack's outputs for people: a secret is not shown.</summary>
    public static void Tell(EngineLog log, JsonObject outputs)
    {
        if (outputs.Count == 0)
        {
            return;
        }

        log.Line("Outputs:");
        var width = outputs.Max(p => p.Key.Length);
        foreach (var (name, value) in outputs.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            var shown = value is JsonObject map && map.ContainsKey("secret") ? "[secret]" : value?.ToJsonString() ?? "null";
            log.Line($"    {name.PadRight(width)}: {shown}");
        }
    }

    private static IEnumerable<string> Sentences(Exception failure) => failure switch
    {
        AggregateException many => many.InnerExceptions.SelectMany(Sentences),
        _ => [Sentence(failure.Message)],
    };

    /// <summary>The SDK tells of what a program threw with its type and all its frames; people want to know what it said.</summary>
    private static string Sentence(string message)
    {
        if (!message.StartsWith("Running program '", StringComparison.Ordinal) || message.Split(":\n", 2) is not [_, var told])
        {
            return message;
        }

        var lines = told.Split('\n').TakeWhile(line => !line.StartsWith("   at ", StringComparison.Ordinal));
        return Regex.Replace(string.Join('\n', lines).TrimEnd(), @"^[\w.+`]+: ", "");
    }

    private sealed class StackSource(Func<Stack> make) : IServiceProvider
    {
        public object? GetService(Type serviceType) => make();
    }
}
