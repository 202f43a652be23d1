using MySqlHa.Core;
using MySqlHa.Replication;
using MySqlHa.Supervision;

namespace MySqlHa.Node;

/// <summary>Taking over data that was there before the cluster (<c>--adopt</c>): looked at first, marked as ours last.</summary>
internal sealed partial class EffectRunner
{
    /// <summary>There is such data here, and leave to take it over.</summary>
    public bool Adopts { get; private set; }

    /// <summary>Throws <see cref="SupervisionException"/> with all that keeps the data from being taken over; nothing of it was touched.</summary>
    public void RequireFit(Version server)
    {
        PrivateMysqld.EndEarlier(MysqldOptions);
        ForeignData.RequireFit(options.MysqldDirectory, server);
    }

    /// <summary>
    /// True: data of another's making is here and may be taken over. Throws where it may not, and where there is none though there should be.
    /// </summary>
    private bool RequireRoom(DataDirectoryState state, bool founded) => (state, options.Adopt) switch
    {
        (DataDirectoryState.ForeignData, true) => true,
        (DataDirectoryState.ForeignData, false) => throw new SupervisionException(
            SupervisionError.ForeignData, $"data: '{options.MysqldDirectory}' holds data that no agent made; it is left alone. Name another directory,"
            + " or say --adopt to begin a new cluster with this data"),
        (DataDirectoryState.Missing or DataDirectoryState.Empty, true) when !founded => throw NothingToAdopt(),
        _ => false,
    };

    /// <summary>Data of a cluster's making is served by a node of that cluster only: its accounts, and what it lacks, are known there.</summary>
    private void RequireOwn(string cluster)
    {
        var (owner, node) = DataDirectory.OwnerOf(options.MysqldDirectory);
        if (cluster.Length == 0)
        {
            throw new SupervisionException(
                SupervisionError.ForeignData, $"data: '{options.MysqldDirectory}' is data of a cluster{Named(owner)}, but '{options.StateDirectory}'"
                + " knows of none; it is left alone. Bring the state back, or move the data away");
        }

        if (owner.Length > 0 && owner != cluster)
        {
            throw new SupervisionException(
                SupervisionError.ForeignData, $"data: '{options.MysqldDirectory}' is data of a cluster{Named(owner)}, but this node belongs to"
                + $" cluster {cluster}; it is left alone. Bring this node's own data back, or move the other away, and it is cloned anew");
        }

        // Copied by hand it has the other's server_uuid, and the other's transactions for its own; and this node's receipts are not in it.
        if (node.Length > 0 && node != self.Hex)
        {
            throw new SupervisionException(
                SupervisionError.ForeignData, $"data: '{options.MysqldDirectory}' is the data of node {node}, and this is node {self.Hex}; it is left"
                + " alone. Bring this node's own data back, or move the other away, and it is cloned anew");
        }

        static string Named(string owner) => owner.Length > 0 ? $" {owner}" : "";
    }

    private SupervisionException NothingToAdopt() => new(
        SupervisionError.NotInitialised,
        $"adopt: there is no data to take over in '{options.MysqldDirectory}'; put the data directory of a MySQL that is shut down there,"
        + " or start without --adopt");

    private async Task<EffectResult> AdoptAsync(InitialiseData initialise)
    {
        var directory = options.MysqldDirectory;
        if (DataDirectory.Inspect(directory) != DataDirectoryState.ForeignData)
        {
            throw NothingToAdopt();
        }

        RequireFit((await MysqldBinary.InspectAsync(MysqldOptions.Command, _ended.Token)).Version);
        EffectLog.TakingOver(logger, directory);
        var mysqld = await PrivateMysqld.StartAsync(MysqldOptions, _ended.Token);
        Outcome<Nothing> outcome;
        ExitReport exit;
        try
        {
            var accounts = Accounts;
            outcome = await Adopting.AdoptAsync(
                PrivateMysqld.SocketOf(MysqldOptions), accounts.AdoptionSql(initialise.Members), accounts.Application, Guid.NewGuid(), _ended.Token);
        }
        finally
        {
            mysqld.EndInOrder();
            exit = await mysqld.Exited;
        }

        if (outcome is not Outcome<Nothing>.Done || exit.ExitCode != 0)
        {
            var why = outcome is Outcome<Nothing>.Done ? exit.Sentence : Sentence(outcome);
            return Failed("adopt-refused", $"adopt: '{directory}' cannot be taken over: {why}");
        }

        // The server it came from may live on, or have lost transactions: none may get the same identifier twice.
        DataDirectory.ForgetServerUuid(directory);
        DataDirectory.MarkComplete(directory, local().ClusterId, self.Hex);
        Adopts = false;
        EffectLog.TakenOver(logger, directory);
        return new EffectResult();
    }
}
