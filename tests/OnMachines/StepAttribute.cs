namespace MySqlHa.Tests.OnMachines;

/// <summary>Where in the story a test stands.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class StepAttribute(int number) : Attribute
{
    public int Number { get; } = number;
}
