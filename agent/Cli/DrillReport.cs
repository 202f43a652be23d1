using System.Globalization;
using System.Text.Json.Serialization;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>How a drill went: a contract with scripts, so properties are added but never changed. Times in milliseconds.</summary>
/// <param name="Kind">mysqld or switchover.</param>
/// <param name="Outage">Without any acknowledged write, as the clients saw it.</param>
/// <param name="LongestWait">The same for the client that waited longest.</param>
/// <param name="OldLeaderBack">From the blow until it was a healthy follower; null: not within two minutes.</param>
/// <param name="Acknowledged">Rows that clients were told are committed.</param>
/// <param name="Lost">Of these, how many the new leader lacks; null: it could not be asked.</param>
/// <param name="Phases">Null: the controller changed meanwhile.</param>
internal sealed record DrillReport(
    string Kind,
    string OldLeader,
    string NewLeader,
    long Epoch,
    int Clients,
    double Outage,
    double LongestWait,
    double? OldLeaderBack,
    int Acknowledged,
    int? Lost,
    int? Twice,
    EpochPhases? Phases)
{
    public bool Good => Lost == 0 && Twice == 0 && OldLeaderBack is not null;

    public IEnumerable<string> Lines()
    {
        yield return Kind == "switchover"
            ? $"drill: {OldLeader}, which led epoch {Epoch - 1}, handed over"
            : $"drill: mysqld of {OldLeader}, which led epoch {Epoch - 1}, was killed";
        yield return $"  clients could not write for {Seconds(Outage)} ({Clients} clients; the slowest waited {Seconds(LongestWait)})";
        yield return Phases is null ? "  phases: not known, the controller changed meanwhile" : $"  phases: {Phases}";
        yield return $"  {NewLeader} leads epoch {Epoch}";
        yield return OldLeaderBack is { } back
            ? $"  {OldLeader} is a healthy follower again after {Seconds(back)}"
            : $"  {OldLeader} is no healthy follower yet; look at the census";
        yield return Lost switch
        {
            null => "  whether anything was lost is not known: the rows could not be read back",
            0 when Twice == 0 => $"  nothing lost: all {Acknowledged} acknowledged rows are on {NewLeader}",
            _ => $"  LOST: of {Acknowledged} acknowledged rows {NewLeader} lacks {Lost} and has {Twice} twice",
        };
    }

    private static string Seconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds / 1000:0.000} s");
}

[JsonSourceGenerationOptions(
    System.Text.Json.JsonSerializerDefaults.Web, WriteIndented = true, Converters = [typeof(CamelCaseEnum<PhaseZero>)])]
[JsonSerializable(typeof(DrillReport))]
internal sealed partial class DrillJson : JsonSerializerContext;
