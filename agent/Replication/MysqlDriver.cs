using System.Data.Common;
#if STANDIN_DRIVER
using MySql.Data.MySqlClient;
#else
using MySqlConnector;
#endif

namespace MySqlHa.Replication;

/// <summary>The one file that names a client driver. All other code speaks System.Data.Common.</summary>
internal static class MysqlDriver
{
    /// <summary>
    /// A connection (not yet open) over the server's own socket: nothing to resolve. MySqlConnector needs TLS even there: without,
    /// it asks for a key to hide the password with, which mysqld takes for the password, and is denied where no login is cached.
    /// </summary>
    public static DbConnection Local(string socket, string user, string password)
    {
        var text = Common(user, password);
        text.Server = socket;
        text.ConnectionProtocol = MySqlConnectionProtocol.UnixSocket;
#if STANDIN_DRIVER
        text.SslMode = MySqlSslMode.Disabled;
#else
        text.SslMode = MySqlSslMode.Preferred;
#endif
        return new MySqlConnection(text.ConnectionString);
    }

    /// <summary>
    /// A connection (not yet open) over TCP, always encrypted; the certificate is mysqld's own making and is not checked.
    /// </summary>
    public static DbConnection Remote(string host, int port, string user, string password)
    {
        var text = Common(user, password);
        text.Server = host;
        text.Port = (uint)port;
        text.SslMode = MySqlSslMode.Required;
        return new MySqlConnection(text.ConnectionString);
    }

    /// <summary>
    /// Opens it, also one that could not be opened before, or broke. MySql.Data's own OpenAsync cannot open a Unix socket (its
    /// end point has no address family), and its Open blocks on a server that hangs: on a thread of its own, so that it holds up
    /// nothing else. MySqlConnector opens only what is closed, and a connection that broke, or found no socket, is not.
    /// </summary>
    public static async Task OpenAsync(DbConnection connection)
    {
#if STANDIN_DRIVER
        await Task.Factory.StartNew(connection.Open, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
#else
        await connection.CloseAsync();
        await connection.OpenAsync();
#endif
    }

    /// <summary>MySQL's number of the error; 0 where it did not come from the server.</summary>
    public static int ErrorNumber(DbException e) => e is MySqlException mysql ? mysql.Number : 0;

    private static MySqlConnectionStringBuilder Common(string user, string password) => new()
    {
        UserID = user,
        Password = password,
        Pooling = false,
        ConnectionTimeout = 10,
        DefaultCommandTimeout = 0, // a deadline is the caller's: the driver's own would send KILL QUERY
        AllowPublicKeyRetrieval = true,
        AllowUserVariables = true, // an @ in a statement is the server's business
    };
}
