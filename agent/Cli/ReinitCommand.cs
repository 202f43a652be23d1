using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha reinit N</c>: throws a member's data away and clones it anew. Never the leader's.</summary>
internal static class ReinitCommand
{
    public static Command Build()
    {
        var node = new Argument<string>("N") { Description = "Member number, name, address, or beginning of an id" };
        return new Command("reinit", "Throws a follower's data away and clones it anew from the cluster") { node }
            .Asks((parse, view) => new ReinitRequest(view.Epoch, MemberLookup.Find(view, parse.GetRequiredValue(node)).Id));
    }
}
