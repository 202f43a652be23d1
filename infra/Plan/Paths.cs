namespace MySqlHa.Infra.Plan;

/// <summary>Where things are on a machine. The scripts know the same places.</summary>
public static class Paths
{
    /// <summary>The data volume.</summary>
    public const string Data = "/var/lib/mysqlha";

    public const string RingKey = "/etc/mysqlha/ring.key";

    /// <summary>The agent that runs: a link into the folder of versions.</summary>
    public const string Current = "/opt/mysqlha/current";

    /// <summary>Where an agent lies after it was copied; everybody who logs in may write there.</summary>
    public static string Upload(string version) => $"/var/tmp/mysqlha-{version}.tar.gz";

    public static string Version(string version) => $"/opt/mysqlha/versions/{version}";
}
