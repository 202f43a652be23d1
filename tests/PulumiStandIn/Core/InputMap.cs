using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A map of inputs by name.</summary>
public sealed class InputMap<V> : Input<ImmutableDictionary<string, V>>, IEnumerable
{
    public InputMap()
        : base(Output.Create(ImmutableDictionary<string, V>.Empty))
    {
    }

    private InputMap(Output<ImmutableDictionary<string, V>> values)
        : base(values)
    {
    }

    public Input<V> this[string key]
    {
        set => Add(key, value);
    }

    public static implicit operator InputMap<V>(Dictionary<string, V> values) => new(Output.Create(values.ToImmutableDictionary()));

    public static implicit operator InputMap<V>(ImmutableDictionary<string, V> values) => new(Output.Create(values));

    public static implicit operator InputMap<V>(Output<ImmutableDictionary<string, V>> values) => new(values);

    public static implicit operator InputMap<V>(Output<Dictionary<string, V>> values) => new(values.Apply(v => v.ToImmutableDictionary()));

    public void Add(string key, Input<V> value) =>
        Value = Output.Tuple(Value, value.ToOutput()).Apply(t => t.Item1.SetItem(key, t.Item2));

    public void Add(InputMap<V> values) => AddRange(values);

    public void AddRange(InputMap<V> values) => Value = Output.Tuple(Value, values.Value).Apply(t => t.Item1.SetItems(t.Item2));

    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException("an InputMap cannot be enumerated: its values come later");
}
