using System.Collections.Immutable;

namespace MySqlHa.Cluster;

/// <summary>
/// Who leads and why, and what would become of it if the leader's machine were lost now: the judgement that a failover goes by, asked
/// beforehand. As of the last reports; it decides nothing.
/// </summary>
public sealed record Explanation
{
    /// <summary>The current epoch; 0: none yet.</summary>
    public required long Epoch { get; init; }

    /// <summary>Null: nobody leads.</summary>
    public NodeId? Leader { get; init; }

    /// <summary>Why the leader leads, or why nobody does.</summary>
    public required Reason Why { get; init; }

    /// <summary>By the wall clock of the controller that opened the epoch.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Who led the epoch before; null: nobody.</summary>
    public NodeId? Before { get; init; }

    /// <summary>Another would lead without a human.</summary>
    public bool FailoverPossible => Next is not null && Obstacles.IsEmpty;

    /// <summary>Who that is, as far as the last reports tell; null: nobody can be said to hold everything.</summary>
    public NodeId? Next { get; init; }

    /// <summary>What would be lost.</summary>
    public required Reason Loss { get; init; }

    /// <summary>Every reason why no failover could happen now; empty: one could.</summary>
    public ImmutableArray<Reason> Obstacles { get; init; } = [];

    /// <summary>Of the current epoch's ackers: how many promises prove that nothing is missing, and how many could be had.</summary>
    public int PromisesNeeded { get; init; }
    public int PromisesPossible { get; init; }

    public ImmutableArray<ExplainedMember> Members { get; init; } = [];
}

/// <summary>One member, asked whether it could lead next.</summary>
public sealed record ExplainedMember
{
    public required NodeId Id { get; init; }
    public required string Name { get; init; }
    public required string Address { get; init; }

    /// <summary>1: it would be next, 2: if that one were lost too, and so on; 0: it is no candidate.</summary>
    public int Rank { get; init; }

    /// <summary>It could give a promise that counts.</summary>
    public bool CouldPromise { get; init; }

    /// <summary>Transactions that some member was known to have and this one was not; null: nothing is known of it.</summary>
    public long? Missing { get; init; }

    /// <summary>Transactions that it has received and has yet to apply before it can lead; null: nothing is known of it.</summary>
    public long? ToApply { get; init; }

    /// <summary>Every reason why it is no candidate; empty: it is one.</summary>
    public ImmutableArray<Reason> Reasons { get; init; } = [];

    /// <summary>What is wrong with it and would not keep it from leading.</summary>
    public ImmutableArray<Reason> Remarks { get; init; } = [];
}
