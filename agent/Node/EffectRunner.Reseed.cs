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

        DataDirectory.MarkIncomplete(options.MysqldDirectory);
        var account = Accounts.Cloning;
        var donor = reseed.Donor.Address;
        var progress = new Progress<CloneProgress>(p => loop.Post(new ActivityNoted(Describe(reseed.Donor, p))));
        var outcome = await server.CloneAsync(new CloneOrder(donor.Host, donor.MysqlPort, account.User, account.Password), progress, _ended.Token);
        if (outcome is not Outcome<Nothing>.Done)
        {
            running?.Kill();
        }

        if (running is not null)
        {
            _ = await running.Exited;
        }

        if (outcome is not Outcome<Nothing>.Done)
        {
            return Failed("clone-failed", $"clone from {donor.Host} failed: {Sentence(outcome)}") with { DataLost = true, Archived = archived };
        }

        DataDirectory.ForgetServerUuid(options.MysqldDirectory);
        DataDirectory.MarkComplete(options.MysqldDirectory, local().ClusterId);
        return new EffectResult { Archived = archived };
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
