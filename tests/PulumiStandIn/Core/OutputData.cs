using System.Collections.Immutable;

namespace Pulumi;

/// <summary>What an output comes to.</summary>
/// <param name="Known">False in a preview, for what only the real thing could tell.</param>
/// <param name="Resources">On which it depends.</param>
internal sealed record OutputData(object? Value, bool Known, bool Secret, ImmutableHashSet<Resource> Resources)
{
    public static OutputData Plain(object? value) => new(value, true, false, []);

    public OutputData With(OutputData other, object? value) =>
        new(value, Known && other.Known, Secret || other.Secret, Resources.Union(other.Resources));
}

internal interface IOutput
{
    Task<OutputData> Data { get; }
}

internal interface IInput
{
    IOutput ToOutput();
}
