using MySqlHa.Core;
using MySqlHa.Replication;

namespace MySqlHa.Node;

/// <summary>Becoming the one writable server, and ceasing to be it. Clients wait for both.</summary>
internal sealed partial class EffectRunner
{
    private async Task<EffectResult> PromoteAsync(LocalServer server, PromoteServer promote, Task kept, CancellationToken life)
    {
        var patience = Within(options.Timing.Lease, life);
        var recorded = kept.WaitAsync(patience);
        // The guard has its order already, and answers in a millisecond or two: beside what readies the server.
        var guarded = guard.KnowsAsync(patience);
        var order = new PromoteOrder(promote.AcksNeeded, async () => await guarded && LeaseRuns())
        {
            Recorded = recorded,
            After = promote.After,
            ClosedToClients = promote.ClosedToClients,
            LockedOut = [.. promote.Access.LockedOut.Select(m => Accounts.Replication(m).User)],
        };
        var outcome = await server.PromoteAsync(order, Within(options.Timing.Lease * 3, life));
        if (!await guarded)
        {
            return Failed("unguarded", "the guard of this node does not answer, so it does not begin to lead");
        }

        // Without a look: clients wait, and what was opened was read back.
        return outcome is Outcome<Promoted>.Done done ? new EffectResult { Set = done.Value.First } : await AfterAsync(server, outcome, life);
    }

    private async Task<EffectResult> DemoteAsync(LocalServer server, DemoteServer demote, CancellationToken life)
    {
        var outcome = await server.DemoteAsync(demote.Deadline, life);
        // Without a look: the next leader waits for the set.
        return outcome is Outcome<Demoted>.Done done ? new EffectResult { Set = done.Value.Final } : ResultOf(outcome);
    }
}
