using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>Reads the body of <c>POST /operator</c>, see <see cref="RequestBody"/>.</summary>
internal static class OperatorBody
{
    private const string Whole = "an object with the properties 'verb' and 'seenEpoch'";

    private static readonly BodyProperty SeenEpoch = BodyProperty.SeenEpoch with { Needed = true };
    private static readonly BodyProperty Paused = BodyProperty.Flag("paused") with { Needed = true };
    private static readonly BodyProperty DryRun = BodyProperty.Flag("dryRun");

    private static readonly Dictionary<string, BodyProperty[]> Verbs = new()
    {
        ["switchover"] = [SeenEpoch, BodyProperty.To],
        ["switchover-check"] = [SeenEpoch, BodyProperty.To],
        ["failover"] = [SeenEpoch, BodyProperty.To, BodyProperty.Flag("acceptDataLoss")],
        ["step-down"] = [SeenEpoch],
        ["pause"] = [SeenEpoch, Paused],
        ["reinit"] = [SeenEpoch, BodyProperty.Node],
        ["voters"] = [SeenEpoch, BodyProperty.Count],
        ["remove"] = [SeenEpoch, BodyProperty.Node, DryRun],
        ["add"] = [SeenEpoch, BodyProperty.Host, BodyProperty.Port, BodyProperty.VotesOrNot],
        ["vote"] = [SeenEpoch, BodyProperty.Node, BodyProperty.Votes],
        ["plan-switchover"] = [SeenEpoch, BodyProperty.To, BodyProperty.At, BodyProperty.InMilliseconds, DryRun],
        ["cancel-switchover"] = [SeenEpoch],
        ["drill"] = [SeenEpoch, DryRun],
        ["config"] = [SeenEpoch, BodyProperty.Set, BodyProperty.Unset, BodyProperty.IfVersion, DryRun],
        ["restart"] = [SeenEpoch, BodyProperty.Node, BodyProperty.Flag("interruptWrites")],
        ["rolling-restart"] = [SeenEpoch, BodyProperty.Flag("all"), DryRun],
        ["stop-rolling-restart"] = [SeenEpoch],
        ["maintenance"] =
        [
            SeenEpoch, BodyProperty.Node,
            BodyProperty.ForMilliseconds with
            {
                Fits = e => BodyProperty.IsNull(e) || BodyProperty.ForMilliseconds.Fits(e),
                Allowed = "a whole number of milliseconds, or null: it is over",
            },
            BodyProperty.Reason,
        ],
    };

    /// <summary>Throws <see cref="FormatException"/> with one sentence for people.</summary>
    public static OperatorRequest Read(ReadOnlyMemory<byte> body) => RequestBody.Read(body, Whole, root =>
    {
        var verbs = string.Join(", ", Verbs.Keys);
        if (!root.TryGetProperty("verb", out var named))
        {
            throw new FormatException($"the property 'verb' is missing; allowed: {verbs}");
        }

        if (!BodyProperty.IsText(named) || named.GetString() is not { } verb || !Verbs.TryGetValue(verb, out var known))
        {
            throw new FormatException($"verb: {RequestBody.Shown(named)} is none; allowed: {verbs}");
        }

        RequestBody.Check(root, verb, known, besides: "verb");
        var request = JsonSerializer.Deserialize(body.Span, OperatorJson.Default.OperatorRequest)!;
        return request is PlanSwitchoverRequest plan && plan.At is null == plan.InMilliseconds is null
            ? throw new FormatException("plan-switchover needs one of the properties 'at' and 'inMilliseconds', and not both")
            : request;
    });
}
