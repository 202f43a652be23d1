using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha failover</c>: gives up the leader now, for when it is known to be lost.</summary>
internal static class FailoverCommand
{
    public static Command Build()
    {
        var loss = new Option<bool>("--accept-data-loss")
        {
            Description = "Open the next epoch with --to even if acknowledged commits are missing there; what is missing is lost",
        };
        var command = new Command("failover", "Gives up the current leader now and finds another") { ClientOptions.To, loss };
        command.Validators.Add(result =>
        {
            if (result.GetValue(loss) && result.GetValue(ClientOptions.To) is null)
            {
                result.AddError("--accept-data-loss needs --to N: which member's data is to be kept");
            }
        });
        return command.Asks((parse, view) => new FailoverRequest(view.Epoch, OperatorCall.Target(parse, view), parse.GetValue(loss)));
    }
}
