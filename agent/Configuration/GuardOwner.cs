namespace MySqlHa.Configuration;

/// <summary>Who starts the guard and sees to it that it runs.</summary>
public enum GuardOwner
{
    /// <summary>The agent.</summary>
    Agent,

    /// <summary>A service manager, before the agent: <c>mysqlha guard --data DIR</c>. The agent only looks whether it is there.</summary>
    Service,
}
