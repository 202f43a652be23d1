namespace MySqlHa.Machines.Engine;

/// <summary>A resource was not looked at, because another one has failed before: no news of its own.</summary>
public sealed class SkippedException() : Exception(Sentence)
{
    public const string Sentence = "not tried: another resource has failed";
}
