namespace MySqlHa.Membership;

/// <summary>
/// What the ring holds of a member, in Habitat's words. At one incarnation a later word overrules an earlier one;
/// only a higher incarnation, which only the member itself can give, leads back to <see cref="Alive"/>.
/// </summary>
public enum MemberStatus
{
    Alive,

    /// <summary>Did not answer a probe, neither directly nor through others. It is told, and has time to object.</summary>
    Suspect,

    /// <summary>Confirmed dead: it did not object in time. Asked now and then whether it is back.</summary>
    Confirmed,

    /// <summary>
    /// Left by its own word, was dead for <see cref="SwimOptions.DepartedAfter"/>, or is dead and its address is another's now. Not probed.
    /// </summary>
    Departed,
}
