using Xunit;

namespace MySqlHa.Tests.OnMachines;

/// <summary>One class after another, and none beside them: they share this host's cores, and the program its environment.</summary>
[CollectionDefinition("machines", DisableParallelization = true)]
public sealed class MachinesCollection;
