using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Diagnostics;
using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;
using Pulumi.Testing;

namespace MySqlHa.Machines.Engine;

/// <summary>
/// Takes the place of Pulumi's engine for the types that a provider is given for: compares what the program registers with what was
/// made before, and makes, changes or replaces it. What is no longer registered is deleted after the run, last made first.
/// A failure ends nothing that is under way, and begins nothing new; what was made is kept, so that the next run goes on.
/// </summary>
public sealed class StackEngine(
    StateFile state, IReadOnlyDictionary<string, IProvider> providers, TreatmentReader treatments, EngineLog log, bool preview) : IMocks
{
    private readonly ConcurrentDictionary<string, bool> _registered = new();
    private readonly ConcurrentQueue<string> _failures = new();
    private readonly ConcurrentDictionary<string, JsonObject> _outputs = new();
    private readonly List<Task> _underWay = [];
    private bool _closed;

    /// <summary>One sentence each.</summary>
    public IReadOnlyList<string> Failures => [.. _failures];

    /// <summary>What the stack has said its outputs are. A secret one is an object with a property <c>secret</c>.</summary>
    public JsonObject Outputs => _outputs.GetValueOrDefault("stack") ?? [];

    public async Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        var (type, name) = (args.Type!, args.Name!);
        var key = ResourceState.KeyOf(type, name);
        if (treatments[key].IsComponent)
        {
            return (null, ImmutableDictionary<string, object>.Empty);
        }

        if (!_registered.TryAdd(key, true))
        {
            throw new MachinesException($"duplicate resource: {ResourceState.TitleOf(type, name)} is registered twice");
        }

        var ended = new TaskCompletionSource();
        lock (_underWay)
        {
            if (_closed || !_failures.IsEmpty)
            {
                throw new SkippedException();
            }

            _underWay.Add(ended.Task);
        }

        try
        {
            return await RegisterAsync(type, name, Json.FromInputs(args.Inputs));
        }
        catch (Exception e)
        {
            var sentence = $"{ResourceState.TitleOf(type, name)}: {e.Message}";
            _failures.Enqueue(sentence);
            log.Did("!", ResourceState.TitleOf(type, name), "failed");
            throw new MachinesException(sentence, e);
        }
        finally
        {
            ended.SetResult();
        }
    }

    /// <summary>Begins nothing more, and waits for what is under way. A program ends at its first failure, and does not.</summary>
    public async Task SettleAsync()
    {
        Task[] underWay;
        lock (_underWay)
        {
            _closed = true;
            underWay = [.. _underWay];
        }

        await Task.WhenAll(underWay);
    }

    public Task<object> CallAsync(MockCallArgs args) => Task.FromResult<object>(ProviderCalls.Answer(args.Token!, args.Args, state));

    public async Task RegisterResourceOutputs(MockRegisterResourceOutputsRequest args)
    {
        if (!args.Urn.Contains("::pulumi:pulumi:Stack::", StringComparison.Ordinal))
        {
            return;
        }

        var outputs = new JsonObject();
        foreach (var (name, output) in args.Outputs)
        {
            var read = new TaskCompletionSource<JsonNode?>();
            _ = output.Apply(value => read.TrySetResult(Json.From(value)));
            if (preview)
            {
                continue; // an unknown one would never come
            }

            var value = await read.Task;
            outputs[name] = await Pulumi.Output.IsSecretAsync(output) ? new JsonObject { ["secret"] = value } : value;
        }

        _outputs["stack"] = outputs;
    }

    /// <summary>After a run without failures: deletes what no program wants any more, and what was replaced.</summary>
    public async Task DeleteTheRestAsync(CancellationToken cancellation) =>
        await DeleteAsync([.. state.Resources.Where(r => r.Replaced || !_registered.ContainsKey(r.Key))], cancellation);

    /// <summary>Deletes all. Throws before anything is touched where something is protected.</summary>
    public async Task DestroyAsync(CancellationToken cancellation)
    {
        var all = state.Resources;
        if (all.Where(r => r.Treatment.Protect && !r.Replaced).Select(r => r.Title).ToList() is { Count: > 0 } kept)
        {
            throw new MachinesException(
                $"{string.Join(", ", kept)}: protected, so nothing is destroyed; set protectData to false and run up first");
        }

        await DeleteAsync(all, cancellation);
    }

    /// <summary>Forgets what is no longer there, as a refresh does.</summary>
    public async Task RefreshAsync()
    {
        foreach (var resource in state.Resources)
        {
            if (!await providers[resource.Type].ExistsAsync(resource))
            {
                log.Line($" ~  {resource.Title} is gone");
                state.Remove(resource);
            }
        }
    }

    private async Task<(string? Id, object State)> RegisterAsync(string type, string name, JsonObject inputs)
    {
        var provider = providers.GetValueOrDefault(type) ?? throw new MachinesException($"the machines have no resource of type {type}");
        var treatment = treatments[ResourceState.KeyOf(type, name)];
        var title = ResourceState.TitleOf(type, name);
        var old = state.Find(ResourceState.KeyOf(type, name));
        if (old is null)
        {
            return await MakeAsync(provider, type, name, inputs, treatment, "+", "created");
        }

        // What is ignored stays as it was; a replacement, though, is made as the program has it now.
        var asked = inputs.DeepClone().AsObject();
        foreach (var ignored in treatment.IgnoreChanges.Where(old.Inputs.ContainsKey))
        {
            inputs[ignored] = old.Inputs[ignored]?.DeepClone();
        }

        var changed = Json.Changed(old.Inputs, inputs);
        if (changed.Count == 0)
        {
            log.Counted("unchanged");
            if (!preview && !Same(old.Treatment, treatment))
            {
                state.Change(old, old with { Treatment = treatment });
            }

            return (old.Id, Known(inputs, old.Outputs));
        }

        if (changed.Any(input => treatment.ReplaceOnChanges.Contains(input) || provider.MustReplace(input, old, inputs)))
        {
            return await ReplaceAsync(provider, old, asked, treatment, changed);
        }

        if (preview)
        {
            log.Did("~", $"{title} ({string.Join(", ", changed)})", EngineLog.WouldBe("updated"));
            return (old.Id, Known(inputs, []));
        }

        var clock = Stopwatch.StartNew();
        var outputs = await provider.UpdateAsync(old, inputs, CancellationToken.None);
        state.Change(old, old with { Inputs = inputs, Outputs = outputs, Treatment = treatment });
        log.Did("~", title, "updated", clock.Elapsed);
        return (old.Id, Known(inputs, outputs));
    }

    private async Task<(string? Id, object State)> ReplaceAsync(
        IProvider provider, ResourceState old, JsonObject inputs, ResourceTreatment treatment, IReadOnlyList<string> changed)
    {
        // Whether it may go is what was said when it was made.
        if (old.Treatment.Protect)
        {
            throw new MachinesException($"protected, and a change of {string.Join(", ", changed)} would replace it");
        }

        if (treatment.DeleteBeforeReplace && !preview)
        {
            await DeleteAsync([old], CancellationToken.None);
        }

        return await MakeAsync(provider, old.Type, old.Name, inputs, treatment, "+-", "replaced");
    }

    private async Task<(string? Id, object State)> MakeAsync(
        IProvider provider, string type, string name, JsonObject inputs, ResourceTreatment treatment, string sign, string word)
    {
        var title = ResourceState.TitleOf(type, name);
        if (preview)
        {
            log.Did(sign, title, EngineLog.WouldBe(word));
            return (null, Known(inputs, []));
        }

        var clock = Stopwatch.StartNew();
        var (id, outputs) = await provider.CreateAsync(name, inputs, state, CancellationToken.None);
        state.Add(type, name, id, inputs, outputs, treatment);
        log.Did(sign, title, word, clock.Elapsed);
        return (id, Known(inputs, outputs));
    }

    private async Task DeleteAsync(IReadOnlyList<ResourceState> resources, CancellationToken cancellation)
    {
        var going = resources.Select(r => r.Key).ToHashSet();
        foreach (var resource in resources.OrderByDescending(r => r.Order))
        {
            if (resource.Treatment.Protect && !resource.Replaced)
            {
                throw new MachinesException($"{resource.Title}: protected, and the program has it no longer; it is not deleted");
            }

            if (preview)
            {
                log.Did("-", resource.Title, EngineLog.WouldBe("deleted"));
                continue;
            }

            if (resource.Treatment.RetainOnDelete)
            {
                state.Remove(resource);
                log.Did("-", resource.Title, "retained");
                continue;
            }

            var clock = Stopwatch.StartNew();
            if (resource.Treatment.DeletedWith is not { } with || !going.Contains(with))
            {
                await FailingAs(resource, () => providers[resource.Type].DeleteAsync(resource, cancellation));
            }

            state.Remove(resource);
            log.Did("-", resource.Title, "deleted", clock.Elapsed);
        }
    }

    private static async Task FailingAs(ResourceState resource, Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (MachinesException e)
        {
            throw new MachinesException($"{resource.Title}: {e.Message}", e);
        }
    }

    private static ImmutableDictionary<string, object> Known(JsonObject inputs, JsonObject outputs) =>
        // An asset is no value that a program could read back.
        Json.To(inputs).RemoveRange(inputs.Where(p => p.Value is JsonObject map && map.ContainsKey(Json.AssetHash)).Select(p => p.Key))
            .SetItems(Json.To(outputs));

    private static bool Same(ResourceTreatment one, ResourceTreatment other) =>
        System.Text.Json.JsonSerializer.Serialize(one) == System.Text.Json.JsonSerializer.Serialize(other);
}
