using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha remove N</c>: takes a member out for good; the leader only after a switchover, which it begins itself.</summary>
internal static class RemoveCommand
{
    public static Command Build()
    {
        var node = new Argument<string>("N") { Description = "Member number, name, address, or beginning of an id" };
        var dryRun = new Option<bool>("--dry-run") { Description = "Only say whether it could be done now" };
        return new Command("remove", "Takes a member out of the cluster for good; its data is left alone") { node, dryRun }
            .Asks((parse, view) =>
                new RemoveRequest(0, MemberLookup.Find(view, parse.GetRequiredValue(node)).Id, parse.GetValue(dryRun)));
    }
}
