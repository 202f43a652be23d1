using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha step-down</c>: the leader hands over to whoever is best.</summary>
internal static class StepDownCommand
{
    public static Command Build() =>
        new Command("step-down", "The leader hands over to the best follower").Asks((_, view) => new StepDownRequest(view.Epoch));
}
