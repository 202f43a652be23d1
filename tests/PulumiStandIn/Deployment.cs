namespace Pulumi;

/// <summary>
/// Stands in for the SDK's class where the feed lacks the SDK: signatures only. It never talks to an engine, so it ends as the
/// SDK does without one.
/// </summary>
public sealed class Deployment
{
    private Deployment()
    {
    }

    public static Task<int> RunAsync(Func<IDictionary<string, object?>> func)
    {
        ArgumentNullException.ThrowIfNull(func);
        throw new InvalidOperationException(
            "Program run without the Pulumi engine available; re-run using the `pulumi` CLI "
            + "(and this build has only a stand-in for its SDK)");
    }
}
