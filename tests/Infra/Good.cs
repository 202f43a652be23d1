using MySqlHa.Infra.Plan;

namespace MySqlHa.Tests.Infra;

/// <summary>A configuration that is in order, to be spoiled or varied one key at a time.</summary>
internal static class Good
{
    public const string Region = "eu-central-1";

    public static Settings Settings(params (string Key, string Value)[] values) =>
        SettingsReader.Read("dev", Region, values.ToDictionary(v => v.Key, v => v.Value));

    public static ClusterPlan Plan(params (string Key, string Value)[] values) => ClusterPlan.Of(Settings(values));
}
