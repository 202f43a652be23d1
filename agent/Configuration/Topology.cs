namespace MySqlHa.Configuration;

/// <summary>Habitat's word for how the members of a service group relate.</summary>
public enum Topology
{
    /// <summary>They elect one leader; the others follow it.</summary>
    Leader,
}
