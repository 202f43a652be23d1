namespace Pulumi;

/// <summary>A value that is there later, may be unknown in a preview, and may be secret.</summary>
public sealed class Output<T> : IOutput
{
    private readonly Task<OutputData> _data;

    internal Output(Task<OutputData> data)
    {
        _data = data;
        Deployment.Track(data);
    }

    Task<OutputData> IOutput.Data => _data;

    public Output<TResult> Apply<TResult>(Func<T, TResult> func) =>
        new(ApplyAsync(value => Task.FromResult(OutputData.Plain(func(value)))));

    public Output<TResult> Apply<TResult>(Func<T, Task<TResult>> func) =>
        new(ApplyAsync(async value => OutputData.Plain(await func(value).ConfigureAwait(false))));

    public Output<TResult> Apply<TResult>(Func<T, Input<TResult>?> func) => new(ApplyAsync(value => DataOf(func(value)?.ToOutput())));

    public Output<TResult> Apply<TResult>(Func<T, Output<TResult>?> func) => new(ApplyAsync(value => DataOf(func(value))));

    public override string ToString() =>
        "Calling [ToString] on an [Output<T>] is not supported: use Apply, or Output.Format";

    internal static Output<T> Of(T value, bool secret = false) => new(Task.FromResult(OutputData.Plain(value) with { Secret = secret }));

    private static Task<OutputData> DataOf(IOutput? output) => output?.Data ?? Task.FromResult(OutputData.Plain(default(T)));

    private async Task<OutputData> ApplyAsync(Func<T, Task<OutputData>> func)
    {
        var data = await _data.ConfigureAwait(false);
        return data.Known
            ? await func((T)data.Value!).ConfigureAwait(false) is var inner ? data.With(inner, inner.Value) : data
            : data with { Value = null };
    }
}
