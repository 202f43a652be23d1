namespace MySqlHa.Machines.Hosts;

/// <summary>A data volume; kept beside its image.</summary>
/// <param name="Id">Like <c>vol-0123456789abcdef0</c>.</param>
/// <param name="Machine">The id of the machine that has it; null: none.</param>
/// <param name="Device">What it is called there, like <c>/dev/nvme1n1</c>.</param>
public sealed record VolumeRecord(string Id, int Gigabytes, string? Machine, string? Device);
