namespace MySqlHa.Ring;

/// <summary>The passes of a rotation. Each is done on every node before the next begins on any; within one the order is free.</summary>
public enum RotationStep
{
    /// <summary>The new key is accepted of others.</summary>
    Accept,

    /// <summary>The new key is used; the old one is still accepted.</summary>
    Use,

    /// <summary>Only the new key is left.</summary>
    Finish,
}
