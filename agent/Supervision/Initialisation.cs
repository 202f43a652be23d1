namespace MySqlHa.Supervision;

/// <summary>
/// One making of a data directory. All work is done in a directory beside it, so that the data directory's name only ever
/// means nothing, or everything.
/// </summary>
internal sealed class Initialisation(MysqldOptions options)
{
    private readonly string _building = DataDirectory.Building(options.DataDirectory);

    private string BuildingArgument => $"--datadir={Path.Combine(_building, "data")}";

    public async Task RunAsync(string initSql, CancellationToken cancellation)
    {
        RequireRoom();
        try
        {
            Prepare();
            await RunMysqldAsync(initSql, cancellation);
            Publish();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StartFailure.FromSystem(e, options);
        }
    }

    private void RequireRoom()
    {
        var state = DataDirectory.Inspect(options.DataDirectory);
        switch (state)
        {
            case DataDirectoryState.OurData:
                throw new SupervisionException(
                    SupervisionError.ForeignData, $"'{options.DataDirectory}' holds this node's data: it is not initialised again.");
            case DataDirectoryState.ForeignData:
                throw StartFailure.FromState(state, options);
            default:
                return;
        }
    }

    private void Prepare()
    {
        // Both can only be the rest of an attempt of ours that crashed: nobody else writes this name, and the mark says so.
        // Its mysqld may have outlived it.
        foreach (var pid in LinuxProcess.All().Where(p => LinuxProcess.CommandLine(p).Contains(BuildingArgument)))
        {
            var handle = LinuxProcess.Open(pid);
            if (handle >= 0)
            {
                LinuxProcess.Kill(handle);
                LinuxProcess.WaitForEnd(handle);
                LinuxProcess.Close(handle);
            }
        }

        Remove(_building);
        if (DataDirectory.Inspect(options.DataDirectory) == DataDirectoryState.HalfInitialised)
        {
            Remove(options.DataDirectory);
        }

        SecretFile.CreateDirectory(_building);
        SecretFile.CreateDirectory(options.RunDirectory);
        _ = Directory.CreateDirectory(Path.GetDirectoryName(options.ErrorLog)!);
    }

    private async Task RunMysqldAsync(string initSql, CancellationToken cancellation)
    {
        var sql = Path.Combine(_building, "init.sql");
        var config = Path.Combine(_building, "my.cnf");
        var log = MysqldErrorLog.FromNow(options.ErrorLog);
        SecretFile.Write(sql, initSql);
        SecretFile.Write(config, MysqldSettings.RenderForInitialisation(options));
        string[] arguments =
            [$"--defaults-file={config}", BuildingArgument, "--initialize-insecure", $"--init-file={sql}"];
        var mysqld = MysqldProcess.Launch(options, arguments, log);
        ExitReport exit;
        try
        {
            exit = await mysqld.Exited.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            mysqld.Kill();
            _ = await mysqld.Exited;
            throw;
        }
        finally
        {
            File.Delete(sql);
        }

        // A statement that fails is logged as an error while mysqld goes on: an account would be missing.
        if (exit.ExitCode != 0 || log.LastErrors(1).Count > 0)
        {
            var failure = StartFailure.FromExit(exit, log, options);
            throw failure.Error == SupervisionError.ExitedDuringStart
                ? new SupervisionException(
                    SupervisionError.InitialisationFailed,
                    $"The data directory could not be made: {string.Join(" | ", log.LastErrors(3).DefaultIfEmpty(failure.Message))}")
                : failure;
        }
    }

    private void Publish()
    {
        var data = Path.Combine(_building, "data");
        DataDirectory.MarkComplete(data, options.Cluster, options.Node);
        if (Directory.Exists(options.DataDirectory))
        {
            Directory.Delete(options.DataDirectory); // it is empty: Inspect said so, and this refuses otherwise
        }

        Directory.Move(data, options.DataDirectory);
        DurableDirectory.Sync(Path.GetDirectoryName(options.DataDirectory)!);
        Remove(_building);
    }

    private static void Remove(string directory)
    {
        if (Directory.Exists(directory))
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
