using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha voters N</c>: how many members vote and acknowledge.</summary>
internal static class VotersCommand
{
    public static Command Build()
    {
        var count = new Argument<string>("N") { Description = "3, 5 or 7" };
        const string Purpose = "How many members vote: ready members get a vote, or some lose theirs, one at a time";
        var command = new Command("voters", Purpose) { count };
        command.Validators.Add(result =>
        {
            if (result.GetValue(count) is { } text && text is not ("3" or "5" or "7"))
            {
                result.AddError($"voters {text}: 3, 5 or 7 is allowed");
            }
        });

        // Right in any epoch: whoever leads, the person wants as many.
        return command.Asks((parse, _) => new VotersRequest(0, parse.GetRequiredValue(count)[0] - '0'));
    }
}
