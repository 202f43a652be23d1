namespace MySqlHa.Machines.Hosts;

/// <summary>What is wrong with a machine from its first boot on, until it is healed.</summary>
public enum MachineFault
{
    None,

    /// <summary>No route beyond its own network: the archive is out of reach.</summary>
    NoNetwork,

    /// <summary>Its root disk is full but for a few megabytes.</summary>
    FullDisk,

    /// <summary>Its kernel says it is an i686.</summary>
    WrongArchitecture,

    /// <summary>Nothing listens on port 22.</summary>
    NoSshd,
}
