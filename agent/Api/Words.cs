using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Api;

/// <summary>States as the words that programs read. Published words never change.</summary>
internal static class Words
{
    /// <summary>Habitat's own spelling.</summary>
    public static string OfHabitat(ElectionStatus status) => status switch
    {
        ElectionStatus.None => "None",
        ElectionStatus.Running => "ElectionInProgress",
        ElectionStatus.NoQuorum => "ElectionNoQuorum",
        ElectionStatus.Finished => "ElectionFinished",
        _ => throw new System.Diagnostics.UnreachableException($"{status}"),
    };

    /// <summary>camelCase, as in <c>/view</c>.</summary>
    public static string Of<T>(T state)
        where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(state.ToString());
}
