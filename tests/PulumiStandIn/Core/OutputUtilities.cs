namespace Pulumi.Utilities;

/// <summary>What programs rarely need of outputs, and tests do.</summary>
public static class OutputUtilities
{
    public static Output<T> CreateUnknown<T>(T value) => new(Task.FromResult(OutputData.Plain(null) with { Known = false }));

    public static async Task<bool> GetIsKnownAsync<T>(Output<T> output) => (await ((IOutput)output).Data.ConfigureAwait(false)).Known;

    /// <summary>The default where it is unknown.</summary>
    public static async Task<T> GetValueAsync<T>(Output<T> output) =>
        (T)((await ((IOutput)output).Data.ConfigureAwait(false)).Value ?? default(T)!)!;
}
