using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha maintenance N --for 30m</c>: a node that is worked on, for a limited time.</summary>
internal static class MaintenanceCommand
{
    private const string Allowed = "1s to 31d, like 30m or 2h";

    public static Command Build()
    {
        var node = new Argument<string>("N") { Description = "Member number, name, address, or beginning of an id" };
        var time = new Option<string?>("--for")
        {
            Description = $"How long, from now on: {Allowed}. Asked again, the new time counts; over by itself behind it",
            HelpName = "TIME",
        };
        var reason = new Option<string?>("--reason") { Description = "For people: one line of at most 200 characters", HelpName = "TEXT" };
        var end = new Option<bool>("--end") { Description = "It is over now" };
        var command = new Command(
            "maintenance",
            "Work on a node: it hands over if it leads, does not come to lead, gets no readers, and a mysqld that is stopped is left down")
        {
            node, time, reason, end,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(time) is null == !result.GetValue(end))
            {
                result.AddError("one of --for TIME and --end is needed, and not both");
            }

            if (result.GetValue(time) is { } text && TimeOf(text) is null)
            {
                result.AddError($"--for: '{text}' is not allowed; allowed: {Allowed}");
            }

            if (result.GetValue(reason) is { } why && (why.Length > 200 || why.Any(char.IsControl)))
            {
                result.AddError("--reason: one line of at most 200 characters is allowed");
            }
        });
        return command.Asks((parse, view) => new MaintenanceRequest(
            view.Epoch,
            MemberLookup.Find(view, parse.GetRequiredValue(node)).Id,
            parse.GetValue(time) is { } text ? (long)TimeOf(text)!.Value.TotalMilliseconds : null,
            parse.GetValue(reason)));
    }

    private static TimeSpan? TimeOf(string text) =>
        DurationText.TryParse(text, out var time) && time >= TimeSpan.FromSeconds(1) ? time : null;
}
