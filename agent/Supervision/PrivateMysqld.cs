namespace MySqlHa.Supervision;

/// <summary>
/// A mysqld that serves the agent alone, to look at data before it becomes the cluster's: no network, a socket in a directory that only
/// this user may enter, and no passwords asked there. It is not a mysqld of the cluster: nobody waits for an acknowledgement of it,
/// so it may be ended in order.
/// </summary>
public static class PrivateMysqld
{
    /// <summary>
    /// Starts it on the data directory as it is and returns when it answers on <see cref="SocketOf"/>; it recovers from a crash and upgrades
    /// older data first, which may take minutes. Cancelled, it is ended again. Throws <see cref="SupervisionException"/>.
    /// </summary>
    public static async Task<RunningMysqld> StartAsync(MysqldOptions options, CancellationToken cancellation)
    {
        options = Private(options.Validated());
        try
        {
            End(options);
            SecretFile.CreateDirectory(options.RunDirectory);
            _ = Directory.CreateDirectory(Path.GetDirectoryName(options.ErrorLog)!);
            SecretFile.Write(options.ConfigFile, MysqldSettings.RenderPrivate(options));
            File.Delete(options.Socket);
            File.Delete(options.Socket + ".lock");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StartFailure.FromSystem(e, options);
        }

        var log = MysqldErrorLog.FromNow(options.ErrorLog);
        var mysqld = MysqldProcess.Launch(
            options, [$"--defaults-file={options.ConfigFile}", MysqldProcess.DataDirectoryArgument(options)], log);
        try
        {
            await MysqldProcess.WaitUntilReadyAsync(options, mysqld, log, cancellation);
            return mysqld;
        }
        catch (OperationCanceledException)
        {
            mysqld.EndInOrder();
            _ = await mysqld.Exited;
            throw;
        }
    }

    public static string SocketOf(MysqldOptions options) => Private(options.Validated()).Socket;

    private static MysqldOptions Private(MysqldOptions options) => options with { RunDirectory = Path.Combine(options.RunDirectory, "private") };

    /// <summary>Ends one that outlived its agent, and returns when it is gone.</summary>
    public static void EndEarlier(MysqldOptions options) => End(Private(options.Validated()));

    private static void End(MysqldOptions options)
    {
        foreach (var pid in LinuxProcess.All().Where(p => LinuxProcess.CommandLine(p).Contains($"--defaults-file={options.ConfigFile}")))
        {
            var handle = LinuxProcess.Open(pid);
            if (handle >= 0)
            {
                LinuxProcess.EndInOrder(handle);
                LinuxProcess.WaitForEnd(handle);
                LinuxProcess.Close(handle);
            }
        }
    }
}
