using System.Collections.Immutable;

namespace Pulumi;

/// <summary>Makes and joins outputs.</summary>
public static class Output
{
    public static Output<T> Create<T>(T value) => Output<T>.Of(value);

    public static Output<T> Create<T>(Task<T> value) => new(AwaitAsync(value, secret: false));

    public static Output<T> CreateSecret<T>(T value) => Output<T>.Of(value, secret: true);

    public static Output<T> CreateSecret<T>(Task<T> value) => new(AwaitAsync(value, secret: true));

    public static Output<T> CreateSecret<T>(Output<T> value) => new(MarkAsync(value, secret: true));

    public static Output<T> Unsecret<T>(Output<T> output) => new(MarkAsync(output, secret: false));

    public static async Task<bool> IsSecretAsync<T>(Output<T> output) => (await ((IOutput)output).Data.ConfigureAwait(false)).Secret;

    public static Output<ImmutableArray<T>> All<T>(params Input<T>[] inputs) => Joined<T>(inputs.Select(i => (IOutput)i.ToOutput()));

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Input<T>> inputs) => Joined<T>(inputs.Select(i => (IOutput)i.ToOutput()));

    public static Output<ImmutableArray<T>> All<T>(params Output<T>[] outputs) => Joined<T>(outputs);

    public static Output<ImmutableArray<T>> All<T>(IEnumerable<Output<T>> outputs) => Joined<T>(outputs);

    public static Output<(T1, T2)> Tuple<T1, T2>(Input<T1> item1, Input<T2> item2) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!), item1, item2);

    public static Output<(T1, T2)> Tuple<T1, T2>(Output<T1> item1, Output<T2> item2) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!), item1, item2);

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Input<T1> item1, Input<T2> item2, Input<T3> item3) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!, (T3)v[2]!), item1, item2, item3);

    public static Output<(T1, T2, T3)> Tuple<T1, T2, T3>(Output<T1> item1, Output<T2> item2, Output<T3> item3) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!, (T3)v[2]!), item1, item2, item3);

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Input<T1> item1, Input<T2> item2, Input<T3> item3, Input<T4> item4) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!, (T3)v[2]!, (T4)v[3]!), item1, item2, item3, item4);

    public static Output<(T1, T2, T3, T4)> Tuple<T1, T2, T3, T4>(Output<T1> item1, Output<T2> item2, Output<T3> item3, Output<T4> item4) =>
        Together(v => ((T1)v[0]!, (T2)v[1]!, (T3)v[2]!, (T4)v[3]!), item1, item2, item3, item4);

    public static Output<string> Format(FormattableString formattableString)
    {
        var arguments = formattableString.GetArguments().Select(AsOutput).ToArray();
        return Together(values => string.Format(null, formattableString.Format, values), arguments);
    }

    internal static async Task<OutputData> AllAsync(IEnumerable<IOutput> outputs)
    {
        var all = new OutputData(null, true, false, []);
        var values = new List<object?>();
        foreach (var output in outputs)
        {
            var data = await output.Data.ConfigureAwait(false);
            all = all.With(data, null);
            values.Add(data.Value);
        }

        return all with { Value = values.ToArray() };
    }

    private static Output<ImmutableArray<T>> Joined<T>(IEnumerable<IOutput> outputs) =>
        Together(values => values.Select(v => (T)v!).ToImmutableArray(), [.. outputs]);

    private static Output<T> Together<T>(Func<object?[], T> join, params object[] parts) =>
        new(TogetherAsync([.. parts.Select(AsOutput)], join));

    private static async Task<OutputData> TogetherAsync<T>(IReadOnlyList<IOutput> parts, Func<object?[], T> join)
    {
        var all = await AllAsync(parts).ConfigureAwait(false);
        return all.Known ? all with { Value = join((object?[])all.Value!) } : all with { Value = null };
    }

    private static IOutput AsOutput(object? value) => value switch
    {
        IOutput output => output,
        IInput input => input.ToOutput(),
        _ => Create(value),
    };

    private static async Task<OutputData> AwaitAsync<T>(Task<T> value, bool secret) =>
        OutputData.Plain(await value.ConfigureAwait(false)) with { Secret = secret };

    private static async Task<OutputData> MarkAsync(IOutput output, bool secret) =>
        await output.Data.ConfigureAwait(false) with { Secret = secret };
}
