using System.Net;
using System.Net.Sockets;

namespace MySqlHa.Configuration;

/// <summary>What can only be checked on the machine that the agent starts on: its addresses, the ring key's file, mysqld.</summary>
public static class StartChecks
{
    private const string Keys = "the file that 'mysqlha ring new --out FILE' wrote, the same on every node";
    private const string Servers = "the path of a mysqld 8.4 or 9.x";

    /// <summary>Everything that stands in the way of a start; empty: nothing.</summary>
    public static IReadOnlyList<ConfigurationProblem> Problems(AgentOptions options)
    {
        var problems = new List<ConfigurationProblem>();
        CheckLocal("listen", options.Listen, problems);
        if (options.HttpListen != options.Listen)
        {
            CheckLocal("http-listen", options.HttpListen, problems);
        }

        if (!File.Exists(options.RingKeyPath))
        {
            problems.Add(new ConfigurationProblem("ring-key", options.RingKeyPath, "does not exist", Keys));
        }

        CheckFile("api.tokens", options.Api.Tokens, "a file with the lines that 'mysqlha token new' prints; it may be empty", problems);
        CheckFile("api.certificate", options.Api.Certificate, "a PEM file that this user may read", problems);
        CheckFile("api.key", options.Api.Key, "a PEM file that this user may read", problems);
        if (options.Mysqld is { } mysqld && !IsExecutable(mysqld))
        {
            problems.Add(new ConfigurationProblem("mysqld", mysqld, "is no file that this user may run", Servers));
        }
        else if (options.Mysqld is null && FindMysqld() is null)
        {
            problems.Add(new ConfigurationProblem("mysqld", "", "is not given and none is in PATH, /usr/sbin or /usr/libexec", Servers));
        }

        problems.AddRange(options.Webhooks.SelectMany((hook, i) => hook.Problems($"webhooks[{i}].secret-file")));
        return problems;
    }

    /// <summary>mysqld in PATH; packages put it where the PATH of an ordinary user does not look, so there too. Null: none.</summary>
    public static string? FindMysqld() =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Concat(["/usr/sbin", "/usr/libexec"])
            .Select(directory => Path.Combine(directory, "mysqld"))
            .FirstOrDefault(IsExecutable);

    private static bool IsExecutable(string path) =>
        File.Exists(path) && (OperatingSystem.IsWindows()
            || (File.GetUnixFileMode(path) & (UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute)) != 0);

    private static void CheckFile(string key, string? path, string allowed, List<ConfigurationProblem> problems)
    {
        if (path is not null && !File.Exists(path))
        {
            problems.Add(new ConfigurationProblem(key, path, "does not exist", allowed));
        }
    }

    private static void CheckLocal(string key, string address, List<ConfigurationProblem> problems)
    {
        var ip = IPAddress.Parse(address);
        try
        {
            // To bind is the only test that says the same as the start will: lists of interfaces leave out 127.0.0.11.
            using var socket = new Socket(ip.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(ip, 0));
        }
        catch (SocketException e)
        {
            var wrong = $"is no address of this machine ({e.SocketErrorCode})";
            problems.Add(new ConfigurationProblem(key, address, wrong, "an address that 'ip address' shows here"));
        }
    }
}
