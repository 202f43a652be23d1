namespace MySqlHa.Machines.Hosts;

/// <summary>What a machine was made with; kept beside its disk.</summary>
/// <param name="Id">Like <c>i-0123456789abcdef0</c>.</param>
/// <param name="Name">For people.</param>
/// <param name="Address">Its private address; it has no other.</param>
/// <param name="Network">The network that the address is in, with its bits.</param>
/// <param name="PublicKeys">Lines of authorized_keys for the image's user.</param>
/// <param name="UserData">For cloud-init; may be empty.</param>
/// <param name="RootGigabytes">Size of its disk. A sparse file: only what is written takes place.</param>
public sealed record MachineRecord(
    string Id,
    string Name,
    string Address,
    string Network,
    IReadOnlyList<string> PublicKeys,
    string UserData,
    int RootGigabytes,
    MachineFault Fault);
