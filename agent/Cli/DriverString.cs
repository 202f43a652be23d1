namespace MySqlHa.Cli;

/// <summary>
/// How a driver wants a cluster of several addresses written. mysqld makes its own certificate, so all encrypt and none verifies.
/// PASSWORD stands for the password.
/// </summary>
/// <param name="Name">In lower case, as on the command line.</param>
internal sealed record DriverString(string Name, Func<DriverString.Wanted, string> Of)
{
    public static IReadOnlyList<DriverString> All { get; } =
    [
        // https://mysqlconnector.net/connection-options/
        new("mysqlconnector", w =>
            $"Server={string.Join(',', w.Hosts)};Port={w.Port};Load Balance=FailOver;User ID={w.User};Password=PASSWORD;"
            + (w.Schema.Length > 0 ? $"Database={w.Schema};" : "") + "SSL Mode=Required"),

        // https://dev.mysql.com/doc/connector-j/en/connector-j-config-failover.html
        new("jdbc", w => $"jdbc:mysql://{Addresses(w)}/{w.Schema}?user={w.User}&password=PASSWORD&sslMode=REQUIRED&failOverReadOnly=false"),

        // https://github.com/go-sql-driver/mysql#dsn-data-source-name: one address
        new("go", w => $"{w.User}:PASSWORD@tcp({Bracketed(w.Hosts[0])}:{w.Port})/{w.Schema}?tls=skip-verify&timeout=3s"),

        // https://dev.mysql.com/doc/connector-python/en/connector-python-connectargs.html
        new("python", w => $"mysql.connector.connect(user=\"{w.User}\", password=\"PASSWORD\", "
            + (w.Schema.Length > 0 ? $"database=\"{w.Schema}\", " : "")
            + $"failover=[{string.Join(", ", w.Hosts.Select(h => $"{{\"host\": \"{h}\", \"port\": {w.Port}}}"))}])"),
        new("mysql", w => $"mysql --host={w.Hosts[0]} --port={w.Port} --user={w.User} --password --ssl-mode=REQUIRED {w.Schema}".TrimEnd()),
    ];

    private static string Addresses(Wanted wanted) => string.Join(',', wanted.Hosts.Select(h => $"{Bracketed(h)}:{wanted.Port}"));

    private static string Bracketed(string host) => host.Contains(':', StringComparison.Ordinal) ? $"[{host}]" : host;

    /// <param name="Schema">Empty: none.</param>
    public sealed record Wanted(IReadOnlyList<string> Hosts, int Port, string User, string Schema);
}
