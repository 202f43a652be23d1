namespace Pulumi;

/// <summary>One of two types.</summary>
public readonly struct Union<T0, T1> : IUnion
{
    private Union(object? value) => Value = value;

    public object? Value { get; }

    public static implicit operator Union<T0, T1>(T0 value) => new(value);

    public static implicit operator Union<T0, T1>(T1 value) => new(value);
}

/// <summary>An input that takes either of two types.</summary>
public sealed class InputUnion<T0, T1> : Input<Union<T0, T1>>
{
    private InputUnion(Output<Union<T0, T1>> output)
        : base(output)
    {
    }

    public static implicit operator InputUnion<T0, T1>(T0 value) => new(Output.Create((Union<T0, T1>)value));

    public static implicit operator InputUnion<T0, T1>(T1 value) => new(Output.Create((Union<T0, T1>)value));

    public static implicit operator InputUnion<T0, T1>(Output<T0> value) => new(value.Apply(v => (Union<T0, T1>)v));

    public static implicit operator InputUnion<T0, T1>(Output<T1> value) => new(value.Apply(v => (Union<T0, T1>)v));
}

internal interface IUnion
{
    object? Value { get; }
}
