using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha role</c>: one word for scripts, of the node that answers. What an epoch says counts, writable or not.</summary>
internal static class RoleCommand
{
    public static Command Build()
    {
        const string Description = "What the node that answers does: leader, follower or none";
        return new Command("role", Description).Client(async (parse, client, cancellation) =>
        {
            var view = await client.ViewAsync(cancellation);
            parse.InvocationConfiguration.Output.WriteLine(Of(view));
            return ExitCodes.Ok;
        });
    }

    private static string Of(ClusterView view) => view switch
    {
        { EpochOpen: true } when view.Leader == view.Self => "leader",
        _ when view.Member(view.Self)?.Role == MemberRole.Follower => "follower",
        _ => "none",
    };
}
