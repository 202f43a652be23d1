namespace MySqlHa.Cli;

/// <summary>How a command ends, for scripts; never renumbered.</summary>
public static class ExitCodes
{
    public const int Ok = 0;
    public const int Error = 1;

    /// <summary>Wrong words, or a configuration that cannot be used: starting again will not help.</summary>
    public const int Usage = 2;

    /// <summary>The cluster answers, but nobody leads it.</summary>
    public const int NoLeader = 3;

    /// <summary>The cluster refused, with a reason; nothing was done.</summary>
    public const int Refused = 4;

    /// <summary>Nobody can say whether it was done: look before trying again.</summary>
    public const int Unknown = 5;

    public const string Help =
        "Exit codes: 0 ok, 1 error, 2 usage or configuration, 3 no leader, 4 refused, 5 outcome unknown (look before trying again).";
}
