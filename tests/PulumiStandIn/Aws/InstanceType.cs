namespace Pulumi.Aws.Ec2;

/// <summary>The SDK lists some sizes; any other is given as text.</summary>
[EnumType]
public readonly struct InstanceType
{
    private readonly string _value;

    private InstanceType(string value) => _value = value;

    public override string ToString() => _value;
}
