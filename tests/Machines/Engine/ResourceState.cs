using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary>A resource as it was made.</summary>
/// <param name="Order">Grows with each one made: what depends on another has the higher one.</param>
/// <param name="Replaced">Another has taken its place, and it is to be deleted.</param>
public sealed record ResourceState(
    string Type,
    string Name,
    string Id,
    JsonObject Inputs,
    JsonObject Outputs,
    ResourceTreatment Treatment,
    int Order,
    bool Replaced = false)
{
    public string Key => KeyOf(Type, Name);

    /// <summary>As Pulumi shows a type: <c>aws:ec2:Instance</c> for <c>aws:ec2/instance:Instance</c>.</summary>
    public string Title => TitleOf(Type, Name);

    public static string KeyOf(string type, string name) => $"{type}::{name}";

    public static string TitleOf(string type, string name)
    {
        var parts = type.Split(':');
        return $"{(parts.Length == 3 ? $"{parts[0]}:{parts[1].Split('/')[0]}:{parts[2]}" : type)} {name}";
    }
}
