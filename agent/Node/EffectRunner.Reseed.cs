using MySqlHa.Cluster;
using MySqlHa.Core;
using MySqlHa.Failover;
using MySqlHa.Replication;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Making a node's data anew: archive what nobody else has (I5), clone, give the server a new uuid.</summary>
internal sealed partial class EffectRunner
{
    private async Task<EffectResult> ReseedAsync(LocalServer server, ReseedServer reseed)
    {
        ArchivedTail? archived = null;
        if (!reseed.Extra.IsEmpty)
        {
            // The logs are copied with mysqld dead: nothing moves under the copy.
            await KillExpectedlyAsync();
            var (path, _) = await BinlogArchive.ArchiveAsync(options.MysqldDirectory, reseed.Extra, options.ArchiveDirectory, DateTimeOffset.UtcNow, _ended.Token);
            archived = new ArchivedTail(self, reseed.Extra, path, DateTimeOffset.UtcNow);
            EffectLog.Archived(logger, reseed.Extra.ToString(), path);
            var again = await StartAsync();
            if (!again.Ok || _server is not { } fresh)
            {
                return again with { Archived = archived };
            }

            server = fresh;
        }

        RunningMysqld? running;
        lock (_gate)
        {
            (running, _expectExit) = (_mysqld, true);
        }

        string? problem;
        try
        {
            problem = await CloneAsync(server, reseed, running);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            problem = e.Message; // the disk became full at that very moment, say, or mysqld ended
        }

        if (problem is null)
        {
            return new EffectResult { Archived = archived };
        }

        if (running is not null)
        {
            running.Kill();
            _ = await running.Exited;
        }

        // What is marked as half made is served by nobody: it has to be made anew. What could not be marked is as it was.
        var lost = DataDirectory.Inspect(options.MysqldDirectory) == DataDirectoryState.HalfInitialised;
        return Failed("clone-failed", $"clone from {reseed.Donor.Address.Host} failed: {problem}") with { DataLost = lost, Archived = archived };
    }

    /// <summary>Null: it is done, and mysqld is down. Else why not.</summary>
    private async Task<string?> CloneAsync(LocalServer server, ReseedServer reseed, RunningMysqld? running)
    {
        DataDirectory.MarkIncomplete(options.MysqldDirectory);
        var account = Accounts.Cloning;
        var donor = reseed.Donor.Address;
        var progress = new Progress<CloneProgress>(p => loop.Post(new ActivityNoted(Describe(reseed.Donor, p))));
        var outcome = await server.CloneAsync(new CloneOrder(donor.Host, donor.MysqlPort, account.User, account.Password), progress, _ended.Token);
        if (outcome is not Outcome<Nothing>.Done)
        {
            return Sentence(outcome);
        }

        if (running is not null)
        {
            _ = await running.Exited;
        }

        DataDirectory.ForgetServerUuid(options.MysqldDirectory);
        DataDirectory.MarkComplete(options.MysqldDirectory, local().ClusterId, self.Hex);
        return null;
    }

    private async Task KillExpectedlyAsync()
    {
        RunningMysqld? running;
        lock (_gate)
        {
            (running, _expectExit) = (_mysqld, true);
        }

        if (running is not null)
        {
            running.Kill();
            _ = await running.Exited;
        }
    }

    private static string Describe(MemberInfo donor, CloneProgress progress) => progress.EstimatedBytes > 0
        ? $"cloning from {donor.Address.Host}: {Math.Min(100, progress.DoneBytes * 100 / progress.EstimatedBytes)} % ({progress.Stage.ToLowerInvariant()})"
        : $"cloning from {donor.Address.Host} ({progress.Stage.ToLowerInvariant()})";
}
