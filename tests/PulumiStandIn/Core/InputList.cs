using System.Collections;
using System.Collections.Immutable;

namespace Pulumi;

/// <summary>A list of inputs. Both <c>Add</c> are the SDK's: for a list of objects no initializer can choose between them.</summary>
public sealed class InputList<T> : Input<ImmutableArray<T>>, IEnumerable
{
    public InputList()
        : this(ImmutableArray<Input<T>>.Empty)
    {
    }

    private InputList(IEnumerable<Input<T>> inputs)
        : base(Output.All(inputs))
    {
    }

    private InputList(Output<ImmutableArray<T>> values)
        : base(values)
    {
    }

    public static implicit operator InputList<T>(T value) => new([(Input<T>)value]);

    public static implicit operator InputList<T>(Output<T> value) => new([(Input<T>)value]);

    public static implicit operator InputList<T>(Input<T> value) => new([value]);

    public static implicit operator InputList<T>(T[] values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(Output<T>[] values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(Input<T>[] values) => new((IEnumerable<Input<T>>)values);

    public static implicit operator InputList<T>(List<T> values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(List<Output<T>> values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(List<Input<T>> values) => new((IEnumerable<Input<T>>)values);

    public static implicit operator InputList<T>(ImmutableArray<T> values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(ImmutableArray<Output<T>> values) => new(values.Select(v => (Input<T>)v));

    public static implicit operator InputList<T>(ImmutableArray<Input<T>> values) => new((IEnumerable<Input<T>>)values);

    public static implicit operator InputList<T>(Output<T[]> values) => new(values.Apply(v => v.ToImmutableArray()));

    public static implicit operator InputList<T>(Output<List<T>> values) => new(values.Apply(v => v.ToImmutableArray()));

    public static implicit operator InputList<T>(Output<IEnumerable<T>> values) => new(values.Apply(v => v.ToImmutableArray()));

    public static implicit operator InputList<T>(Output<ImmutableArray<T>> values) => new(values);

    public void Add(params Input<T>[] inputs) => AddRange(inputs);

    public void Add(InputList<T> inputs) => AddRange(inputs);

    public void AddRange(InputList<T> inputs) => Value = Concat(inputs).Value;

    public InputList<T> Concat(InputList<T> other) => new(Output.Tuple(Value, other.Value).Apply(t => t.Item1.AddRange(t.Item2)));

    IEnumerator IEnumerable.GetEnumerator() => throw new NotSupportedException("an InputList cannot be enumerated: its values come later");
}
