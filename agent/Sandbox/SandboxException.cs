namespace MySqlHa.Sandbox;

/// <summary>
/// How a sandbox command ended: what scripts may rely on. A command that runs the mysql client ends with the client's own code.
/// </summary>
public enum SandboxExit
{
    Fine = 0,
    Error = 1,

    /// <summary>The command line makes no sense.</summary>
    Usage = 2,

    /// <summary>There is no leader, or it is not writable.</summary>
    NoLeader = 3,

    /// <summary>Asked for, understood and not done; the reason was said.</summary>
    Refused = 4,
}

/// <summary>Why a sandbox command could not do its work: one sentence for a person, one code for a script.</summary>
public sealed class SandboxException(SandboxExit exit, string sentence) : Exception(sentence)
{
    public SandboxExit Exit { get; } = exit;
}
