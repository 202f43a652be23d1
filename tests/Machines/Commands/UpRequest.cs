using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Commands;

/// <summary>What up was asked for.</summary>
/// <param name="Configuration">Keys of the stack's configuration that differ from the last up's.</param>
/// <param name="Faults">By the name of a node, for machines that are made now.</param>
public sealed record UpRequest(IReadOnlyDictionary<string, string> Configuration, IReadOnlyDictionary<string, MachineFault> Faults);
