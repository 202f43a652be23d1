namespace MySqlHa.Configuration;

/// <summary>What an acknowledged commit survives.</summary>
public enum Durability
{
    /// <summary>
    /// The loss of any minority of nodes. An acker that loses power says so and does not count until it has proved itself anew.
    /// </summary>
    Commit,

    /// <summary>
    /// Also power loss at every node at once: each receipt is flushed before it is acknowledged, at about half the commit rate.
    /// </summary>
    Power,
}
