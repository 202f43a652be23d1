namespace MySqlHa.Election;

/// <summary>It was not done, with one sentence for the person; or nobody can say whether it was.</summary>
public sealed class ElectionException(string message, bool unknown = false) : Exception(message)
{
    /// <summary>Asked again, or looked at, before anybody relies on it.</summary>
    public bool Unknown { get; } = unknown;
}
