using MySqlHa.Infra.Census;

namespace MySqlHa.Infra.Plan;

/// <summary>Command lines for people.</summary>
public static class Commands
{
    /// <summary>The key is the output sshPrivateKey, or the operator's own.</summary>
    public static string Ssh(Settings settings, string address) => $"ssh -i mysqlha.key {settings.LoginUser}@{address}";

    /// <summary>
    /// Directly where clients are let in, else on the leader's own machine. The password is asked for, or is in a file there.
    /// </summary>
    public static string Mysql(Settings settings, CensusNode leader) => settings.ClientsFrom.Count > 0
        ? $"mysql --host={leader.Address} --user={settings.ClientUser} --password --ssl-mode=REQUIRED"
        : $"{Ssh(settings, leader.Address)} -t sudo mysql --defaults-extra-file={Paths.Data}/client.cnf --host={leader.PrivateIp}";
}
