using System.Collections.Immutable;
using Pulumi;

namespace MySqlHa.Tests.Infra;

/// <summary>A resource as an engine would have got it: only what is known, secrets as their values.</summary>
/// <param name="Position">In the order in which they were registered.</param>
internal sealed record RecordedResource(string Type, string Name, ImmutableDictionary<string, object> Inputs, int Position)
{
    /// <summary>What it was asked for with; the engine sees these, its mocks do not.</summary>
    public required ResourceArgs Args { get; init; }

    public required ResourceOptions Options { get; init; }

    public string Text(string input) => (string)Inputs[input];

    public ImmutableDictionary<string, object> Map(string input) => (ImmutableDictionary<string, object>)Inputs[input];

    public IEnumerable<T> List<T>(string input) =>
        Inputs.TryGetValue(input, out var list) ? ((ImmutableArray<object>)list).Cast<T>() : [];

    /// <summary>Every text anywhere in the inputs, with the way to it: connection.privateKey, triggers.0.</summary>
    public IEnumerable<(string Path, string Text)> Texts() => Inputs.SelectMany(input => TextsIn(input.Key, input.Value));

    private static IEnumerable<(string Path, string Text)> TextsIn(string path, object? value) => value switch
    {
        string text => [(path, text)],
        ImmutableDictionary<string, object> map => map.SelectMany(entry => TextsIn($"{path}.{entry.Key}", entry.Value)),
        ImmutableArray<object> list => list.SelectMany((item, index) => TextsIn($"{path}.{index}", item)),
        _ => [],
    };
}
