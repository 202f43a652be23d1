namespace MySqlHa.Configuration;

/// <summary>Habitat's word for how the members of a service group relate.</summary>
public enum Topology
{
    /// <summary>They elect one leader; the others follow it.</summary>
    Leader,

    /// <summary>One member, which leads itself: nobody could take over, and no commit waits for another disk.</summary>
    Standalone,
}
