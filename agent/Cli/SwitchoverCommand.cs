using System.CommandLine;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary><c>mysqlha switchover</c>: a planned change of leader that loses nothing; now, or at a time.</summary>
internal static class SwitchoverCommand
{
    public static Command Build()
    {
        const string Description = "Changes the leader as planned; no acknowledged commit is lost, clients reconnect once";
        var dryRun = new Option<bool>("--dry-run") { Description = "Only says whether it could be done now, or all that is in the way" };
        var at = new Option<string?>("--at")
        {
            Description = "Begin then, whoever controls the cluster then: +15m, 14:00 (local), 2026-03-01T14:00Z. "
                + "Tried for a minute; dropped, with all reasons, where it cannot be done",
            HelpName = "TIME",
        };
        var cancel = new Option<bool>("--cancel")
        {
            Description = "Drops the switchover that is under way, unless the leader has let go already; else the planned one",
        };
        var command = new Command("switchover", Description) { ClientOptions.To, at, cancel, dryRun };
        command.Validators.Add(result =>
        {
            if (result.GetValue(cancel) && (result.GetValue(at) ?? result.GetValue(ClientOptions.To)) is not null)
            {
                result.AddError("--cancel goes with neither --at nor --to: there is one switchover at most");
            }

            if (result.GetValue(cancel) && result.GetValue(dryRun))
            {
                result.AddError("--cancel has no --dry-run");
            }

            if (result.GetValue(at) is { } text && Appointment(text, out var why) is null)
            {
                result.AddError($"--at: {why}");
            }
        });
        return command.Asks((parse, view) =>
        {
            if (parse.GetValue(cancel))
            {
                return new CancelSwitchoverRequest(view.Epoch);
            }

            var (to, only) = (OperatorCall.Target(parse, view), parse.GetValue(dryRun));
            return parse.GetValue(at) is { } text && Appointment(text, out _) is { } when
                ? new PlanSwitchoverRequest(view.Epoch, to, when.At, when.In, only)
                : only ? new SwitchoverCheckRequest(view.Epoch, to) : new SwitchoverRequest(view.Epoch, to);
        });
    }

    private static AppointmentText? Appointment(string text, out string why) =>
        AppointmentText.Parse(text, DateTimeOffset.Now, TimeZoneInfo.Local, out why);
}
