using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha resume</c>: automatic failover again.</summary>
internal static class ResumeCommand
{
    public static Command Build() =>
        new Command("resume", "Ends 'pause': automatic failover again").Asks((_, _) => new PauseRequest(0, Paused: false));
}
