using System.Text.Json;
using MySqlHa.Infra.Plan;
using Pulumi;

namespace MySqlHa.Infra;

/// <summary>The stack's configuration, read and checked before any resource is made.</summary>
internal sealed record StackConfiguration(Settings Settings, Output<string>? SshPrivateKey)
{
    /// <summary>Throws <see cref="RunException"/> with everything that is wrong.</summary>
    public static StackConfiguration Read()
    {
        var bag = new Config();
        var project = Deployment.Instance.ProjectName;
        var given = SettingsReader.Keys.Concat(OtherKeys(project)).Distinct()
            .Select(key => (Key: key, Value: bag.Get(key))).Where(pair => pair.Value is not null)
            .ToDictionary(pair => pair.Key, pair => pair.Value!);
        try
        {
            var settings = SettingsReader.Read(Deployment.Instance.StackName, new Config("aws").Get("region"), given);
            return new StackConfiguration(settings, bag.GetSecret("sshPrivateKey"));
        }
        catch (PlanException e)
        {
            throw new RunException(e.Message);
        }
    }

    /// <summary>Keys that were set and may be misspelt: a bag cannot be listed, but it comes by this variable.</summary>
    private static IEnumerable<string> OtherKeys(string project)
    {
        var prefix = project + ":";
        var all = JsonSerializer.Deserialize<Dictionary<string, string>>(Environment.GetEnvironmentVariable("PULUMI_CONFIG") ?? "{}") ?? [];
        return all.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).Select(key => key[prefix.Length..])
            .Select(key => key.StartsWith("config:", StringComparison.Ordinal) ? key["config:".Length..] : key);
    }
}
