using System.CommandLine;
using MySqlHa.Cluster;
using MySqlHa.Configuration;
using MySqlHa.Sandbox;

namespace MySqlHa.Cli;

/// <summary>Whom an election command logs in as: who was named, else an account that an agent on this machine wrote down.</summary>
internal static class ElectionAccount
{
    /// <summary>The application's: it may ask.</summary>
    public const string Application = "client.cnf";

    /// <summary>The one that owns the schema: it installs.</summary>
    public const string Installer = "election.cnf";

    public static Option<string?> User { get; } = new("--user")
    {
        Description = "Account of the leader's mysqld to do it as. Default: the one that the agent on this machine, or a sandbox, wrote "
            + $"into {Application} ({Installer} to install) below its data",
        HelpName = "NAME",
    };

    public static Option<string?> PasswordFile { get; } = new("--password-file")
    {
        Description = "File whose first line is the account's password",
        HelpName = "FILE",
    };

    /// <summary>Throws where no account is known, or a file cannot be read.</summary>
    public static ClientAccount Of(ParseResult parse, MemberView leader, string file)
    {
        if (parse.GetValue(User) is { } user && parse.GetValue(PasswordFile) is { } passwords)
        {
            return Reading(passwords, "--password-file", () => new ClientAccount(user, File.ReadLines(passwords).FirstOrDefault() ?? ""));
        }

        return SandboxPlace.AccountAt(leader.Address.Host, SandboxPlace.DefaultHome(), file)
            ?? NodeAddresses.Files.Where(File.Exists).Select(KnownNodes.DataOf).OfType<string>().Select(data => Path.Combine(data, file))
                .Where(File.Exists)
                .Select(path => Reading(path, "the agent's own file", () => ClientAccount.Parse(File.ReadAllLines(path))))
                .FirstOrDefault()
            ?? throw new ClientException(
                ExitCodes.Usage,
                "whom to log in as is not known: run it as root on a machine of the cluster, or give --user NAME and --password-file FILE");
    }

    private static T Reading<T>(string path, string what, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ClientException(ExitCodes.Usage, $"{what}: '{path}' cannot be read: {FileTrouble.Of(e)}");
        }
    }
}
