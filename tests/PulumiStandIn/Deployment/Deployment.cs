using System.Collections.Immutable;
using System.Reflection;
using Pulumi.Testing;

namespace Pulumi;

/// <summary>
/// One run of a program, against mocks. Registers each resource once all its inputs are there, as many at a time as can be.
/// </summary>
public sealed class Deployment
{
    private static readonly AsyncLocal<Deployment?> Running = new();

    private readonly IMocks _mocks;
    private readonly List<Resource> _resources = [];
    private readonly List<Task> _tasks = [];

    internal Deployment(IMocks mocks, TestOptions options)
    {
        _mocks = mocks;
        Options = options;
        Own = new DeploymentInstance(this);
    }

    public static DeploymentInstance Instance => Current.Own;

    internal static Deployment Current =>
        Running.Value ?? throw new InvalidOperationException("Trying to acquire Deployment.Instance before 'Run' was called.");

    internal TestOptions Options { get; }

    internal Resource? Root { get; set; }

    private DeploymentInstance Own { get; }

    public static Task<int> RunAsync(Action action) => NoEngine();

    public static Task<int> RunAsync(Func<IDictionary<string, object?>> func) => NoEngine();

    public static Task<int> RunAsync(Func<Task> func) => NoEngine();

    public static Task<int> RunAsync(Func<Task<IDictionary<string, object?>>> func, StackOptions? options = null) => NoEngine();

    public static Task<int> RunAsync<TStack>()
        where TStack : Stack, new() => NoEngine();

    public static Task<int> RunAsync<TStack>(IServiceProvider serviceProvider)
        where TStack : Stack => NoEngine();

    public static Task<ImmutableArray<Resource>> TestAsync<TStack>(IMocks mocks, TestOptions? options = null)
        where TStack : Stack, new() => TestAsync(mocks, options, () => new TStack());

    public static Task<ImmutableArray<Resource>> TestWithServiceProviderAsync<TStack>(
        IMocks mocks, IServiceProvider serviceProvider, TestOptions? options = null)
        where TStack : Stack => TestAsync(mocks, options, () => (TStack)serviceProvider.GetService(typeof(TStack))!);

    public static async Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<IDictionary<string, object?>> createResources)
    {
        IDictionary<string, object?>? outputs = null;
        var resources = await TestAsync(testMocks, testOptions, () =>
        {
            var stack = new Stack();
            stack.RegisterGivenOutputs(outputs = createResources());
            return stack;
        }).ConfigureAwait(false);
        return (resources.RemoveAll(r => r is Stack), outputs!);
    }

    public static Task<(ImmutableArray<Resource> Resources, IDictionary<string, object?> Outputs)> TestAsync(
        IMocks testMocks, TestOptions testOptions, Func<Task<IDictionary<string, object?>>> createResources) =>
        TestAsync(testMocks, testOptions, () => createResources().GetAwaiter().GetResult());

    /// <summary>What a task of the program comes to is part of the run: a failure of it is one of the run.</summary>
    internal static void Track(Task task) => Running.Value?.Add(task);

    internal void Register(
        Resource resource, bool custom, Resource? parent, ResourceArgs args, ResourceOptions options,
        Dictionary<string, OutputSource> outputs)
    {
        lock (_resources)
        {
            _resources.Add(resource);
        }

        Add(RegisterAsync(resource, custom, parent, args, options, outputs));
    }

    internal void RegisterOutputs(Resource resource, Output<IDictionary<string, object?>> outputs) =>
        Add(RegisterOutputsAsync(resource, outputs));

    internal async Task<OutputData> InvokeAsync<T>(string token, InvokeArgs args)
    {
        var given = await args.SerializeAsync().ConfigureAwait(false);
        if (!given.Known)
        {
            return given with { Value = null };
        }

        var call = new MockCallArgs { Token = token, Args = (ImmutableDictionary<string, object>)given.Value!, Provider = "" };
        var result = State(await _mocks.CallAsync(call).ConfigureAwait(false));
        return given with { Value = Converter.To(result, typeof(T)) };
    }

    private static Task<int> NoEngine() => throw new InvalidOperationException(
        "Program run without the Pulumi engine available; re-run using the `pulumi` CLI (and this build has only a stand-in for its SDK)");

    // Async, so that what it sets is seen by the program alone and gone when it ends.
    private static async Task<ImmutableArray<Resource>> TestAsync(IMocks mocks, TestOptions? options, Func<Stack> program)
    {
        var deployment = new Deployment(mocks, options ?? new TestOptions());
        Running.Value = deployment;
        IReadOnlyList<Exception> failures;
        try
        {
            var stack = program();
            if (stack.GetType() != typeof(Stack))
            {
                stack.RegisterPropertyOutputs();
            }

            failures = await deployment.EndedAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            failures = [e];
        }

        var messages = failures.Select(Told).ToList();
        return messages.Count switch
        {
            0 => [.. deployment._resources],
            1 => throw messages[0],
            _ => throw new AggregateException(messages),
        };
    }

    /// <summary>As the SDK tells its engine, which is all that a test gets: without frames only where a program wants it so.</summary>
    private static RunException Told(Exception failure) => new(failure is RunException
        ? failure.Message
        : $"Running program '{Assembly.GetEntryAssembly()?.Location}' failed with an unhandled exception:\n{failure}");

    private static object? State(object state) => state is IDictionary<string, object> map
        ? map.ToImmutableDictionary()
        : throw new InvalidOperationException($"{state?.GetType().FullName} is not a supported argument type");

    /// <summary>As the SDK's mocks do: the outermost parent's type, then the resource's own.</summary>
    private static async Task<string> UrnOfAsync(Resource resource, Resource? parent)
    {
        var type = resource.GetResourceType();
        if (parent is not null)
        {
            var urn = (string)(await ((IOutput)parent.Urn).Data.ConfigureAwait(false)).Value!;
            type = $"{urn.Split("::")[2].Split('$')[0]}${type}";
        }

        return $"urn:pulumi:{Instance.StackName}::{Instance.ProjectName}::{type}::{resource.GetResourceName()}";
    }

    private void Add(Task task)
    {
        lock (_tasks)
        {
            _tasks.Add(task);
        }
    }

    /// <summary>Waits until nothing is under way, or something has failed: what else is under way then is not waited for.</summary>
    private async Task<IReadOnlyList<Exception>> EndedAsync()
    {
        while (true)
        {
            Task[] tasks;
            lock (_tasks)
            {
                tasks = [.. _tasks];
            }

            if (tasks.Length == 0)
            {
                return [];
            }

            _ = await Task.WhenAny(tasks).ConfigureAwait(false);
            var ended = tasks.Where(task => task.IsCompleted).ToHashSet();
            var failures = ended.Where(task => task.IsFaulted).SelectMany(task => task.Exception!.InnerExceptions).Distinct().ToList();
            if (failures.Count > 0)
            {
                return failures;
            }

            lock (_tasks)
            {
                _ = _tasks.RemoveAll(ended.Contains);
            }
        }
    }

    private async Task RegisterAsync(
        Resource resource, bool custom, Resource? parent, ResourceArgs args, ResourceOptions options,
        Dictionary<string, OutputSource> outputs)
    {
        try
        {
            await Task.Yield(); // the resource's constructor ends first
            var urn = await UrnOfAsync(resource, parent).ConfigureAwait(false);
            if (resource is Stack)
            {
                outputs["urn"].Resolve(urn, known: true, resource);
                return;
            }

            await DependenciesAsync(options).ConfigureAwait(false);
            var inputs = await args.SerializeAsync().ConfigureAwait(false);
            var (id, state) = await _mocks.NewResourceAsync(new MockResourceArgs
            {
                Type = resource.GetResourceType(),
                Name = resource.GetResourceName(),
                Inputs = (ImmutableDictionary<string, object>)inputs.Value!,
                Provider = "",
                Id = (options as CustomResourceOptions)?.ImportId ?? "",
            }).ConfigureAwait(false);
            var values = (ImmutableDictionary<string, object>)State(state)!;
            foreach (var (name, source) in outputs)
            {
                var value = name switch { "urn" => urn, "id" when custom => id, _ => values.GetValueOrDefault(name) };
                source.Resolve(value, known: value is not null || !Own.IsDryRun, resource);
            }
        }
        catch (Exception e)
        {
            foreach (var source in outputs.Values)
            {
                source.Fail(e);
            }

            throw;
        }
    }

    private static async Task DependenciesAsync(ResourceOptions options)
    {
        var listed = await ((IOutput)options.DependsOn.AsOutput()).Data.ConfigureAwait(false);
        if (listed.Value is not ImmutableArray<Resource> { IsDefault: false } dependencies)
        {
            return;
        }

        foreach (var dependency in dependencies.SelectMany(d => d.WithChildren()))
        {
            _ = await ((IOutput)dependency.Urn).Data.ConfigureAwait(false);
        }
    }

    private async Task RegisterOutputsAsync(Resource resource, IOutput outputs)
    {
        var urn = (string)(await ((IOutput)resource.Urn).Data.ConfigureAwait(false)).Value!;
        var given = (IDictionary<string, object?>)(await outputs.Data.ConfigureAwait(false)).Value!;
        var values = ImmutableDictionary.CreateBuilder<string, Output<object?>>();
        foreach (var (name, value) in given)
        {
            values[name] = new Output<object?>(Task.FromResult(await Serializer.SerializeAsync(value).ConfigureAwait(false)));
        }

        await _mocks.RegisterResourceOutputs(new MockRegisterResourceOutputsRequest(urn, values.ToImmutable())).ConfigureAwait(false);
    }
}
