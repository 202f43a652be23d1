using System.CommandLine;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>One request of an operator: look, ask, say how it ended.</summary>
internal static class OperatorCall
{
    /// <summary>
    /// The command with its action: the request is made from the view that the person could see, so its epoch goes along.
    /// </summary>
    public static Command Asks(this Command command, Func<ParseResult, ClusterView, OperatorRequest> requestOf)
    {
        command.Options.Add(ClientOptions.Json);
        return command.Client(async (parse, client, cancellation) =>
        {
            var request = requestOf(parse, await client.ViewAsync(cancellation));
            return await TellAsync(parse, await client.AskAsync(request, cancellation));
        });
    }

    /// <summary>Says how it ended, as JSON or in words; returns the exit code.</summary>
    public static async Task<int> TellAsync(ParseResult parse, OperatorAnswer answer)
    {
        var configuration = parse.InvocationConfiguration;
        if (parse.GetValue(ClientOptions.Json))
        {
            await configuration.Output.WriteLineAsync(JsonSerializer.Serialize(answer, ViewJson.Default.OperatorAnswer));
        }
        else if (answer.Outcome == OperatorOutcome.Done)
        {
            await configuration.Output.WriteLineAsync(answer.Reason.Text);
        }
        else
        {
            await configuration.Error.WriteLineAsync(answer.Outcome == OperatorOutcome.Refused
                ? $"mysqlha: refused: {answer.Reason.Text} [{answer.Reason.Code}]"
                : $"mysqlha: outcome unknown: {answer.Reason.Text}; look ('mysqlha status') before trying again");
        }

        return answer.Outcome switch
        {
            OperatorOutcome.Done => ExitCodes.Ok,
            OperatorOutcome.Refused => ExitCodes.Refused,
            _ => ExitCodes.Unknown,
        };
    }

    /// <summary>The member that --to names; null without it.</summary>
    public static NodeId? Target(ParseResult parse, ClusterView view) =>
        parse.GetValue(ClientOptions.To) is { } text ? MemberLookup.Find(view, text).Id : null;
}
