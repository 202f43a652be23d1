using System.Reflection;

namespace Pulumi;

/// <summary>
/// The root of all resources; its properties with <see cref="OutputAttribute"/> are what <c>pulumi stack output</c> shows.
/// </summary>
public class Stack : ComponentResource
{
    internal const string TypeName = "pulumi:pulumi:Stack";

    public Stack(StackOptions? options = null)
        : base(TypeName, $"{Deployment.Instance.ProjectName}-{Deployment.Instance.StackName}", Convert(options)) =>
        Deployment.Current.Root = this;

    internal void RegisterPropertyOutputs()
    {
        var outputs = new Dictionary<string, object?>();
        foreach (var property in GetType().GetProperties(BindingFlags.Instance | BindingFlags.Public))
        {
            if (property.GetCustomAttribute<OutputAttribute>() is not { } output || property.DeclaringType!.IsAssignableFrom(typeof(Stack)))
            {
                continue;
            }

            var name = output.Name ?? property.Name;
            outputs[name] = property.GetValue(this) as IOutput ?? throw new RunException(
                $"Output(s) '{name}' have no value assigned. [Output] attributed properties must be assigned inside Stack constructor.");
        }

        RegisterOutputs(outputs);
    }

    internal void RegisterGivenOutputs(IDictionary<string, object?> outputs) => RegisterOutputs(outputs);

    private static ComponentResourceOptions Convert(StackOptions? options) =>
        new() { ResourceTransformations = options?.ResourceTransformations ?? [] };
}

public class StackOptions
{
    public List<ResourceTransformation> ResourceTransformations { get; set; } = [];
}
