using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha pause</c>: no automatic failover until <c>resume</c>.</summary>
internal static class PauseCommand
{
    // Pausing is right in any epoch: whoever leads meanwhile, the person wants no failover.
    public static Command Build() =>
        new Command("pause", "No automatic failover until 'resume'; leases and fencing go on")
            .Asks((_, _) => new PauseRequest(0, Paused: true));
}
