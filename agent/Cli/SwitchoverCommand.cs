using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha switchover</c>: a planned change of leader that loses nothing.</summary>
internal static class SwitchoverCommand
{
    public static Command Build()
    {
        const string Description = "Changes the leader as planned; no acknowledged commit is lost, clients reconnect once";
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says whether it could be done now, or all that is in the way" };
        return new Command("switchover", Description) { ClientOptions.To, dryRun }.Asks((parse, view) => parse.GetValue(dryRun)
            ? new SwitchoverCheckRequest(view.Epoch, OperatorCall.Target(parse, view))
            : new SwitchoverRequest(view.Epoch, OperatorCall.Target(parse, view)));
    }
}
