namespace MySqlHa.Replication;

/// <summary>Why an effect was not begun, for programs.</summary>
public enum RefusalReason
{
    /// <summary>Clients still wait for an acknowledgement: the act would tell them OK.</summary>
    SessionsWait,

    /// <summary>A demotion passed its deadline: this mysqld can only be killed.</summary>
    DemotionHangs,

    /// <summary>The server is writable and must not be.</summary>
    Writable,

    /// <summary>The server is read-only and must not be.</summary>
    ReadOnly,

    /// <summary>Transactions were received and are not applied yet: the act would throw them away.</summary>
    NotApplied,

    /// <summary>The caller's permission ended (its lease or epoch) before the statement was sent.</summary>
    NoLongerAllowed,

    /// <summary>Another agent holds the effects lock of this server.</summary>
    LockLost,

    /// <summary>A variable does not read what it was set to.</summary>
    NotInForce,

    /// <summary>The data is not such that a cluster can take it over.</summary>
    Unfit,

    /// <summary>As many as are allowed are under way already.</summary>
    Busy,
}

/// <summary>A refusal: nothing was changed that matters. The sentence is for people, unchanged in log, API and command line.</summary>
public sealed record Refusal(RefusalReason Reason, string Sentence);

/// <summary>What became of an effect on the server. A closed family.</summary>
public abstract record Outcome<T>
{
    /// <summary>It happened.</summary>
    public sealed record Done(T Value) : Outcome<T>;

    /// <summary>It was not begun, for a reason of ours.</summary>
    public sealed record Refused(Refusal Refusal) : Outcome<T>;

    /// <summary>The server said no. <paramref name="ErrorNumber"/> is MySQL's.</summary>
    public sealed record Failed(int ErrorNumber, string Sentence) : Outcome<T>;

    /// <summary>No answer in time, or the connection broke: it may have happened, or may happen yet.</summary>
    public sealed record Unknown(string Sentence) : Outcome<T>;

    /// <summary>The value where it happened, else an exception with the sentence: for callers to whom anything else is a bug.</summary>
    public T OrThrow() => this switch
    {
        Done done => done.Value,
        Refused refused => throw new InvalidOperationException(refused.Refusal.Sentence),
        Failed failed => throw new InvalidOperationException(failed.Sentence),
        Unknown unknown => throw new InvalidOperationException(unknown.Sentence),
        _ => throw new InvalidOperationException(GetType().Name),
    };
}

/// <summary>Nothing to say but that it happened.</summary>
public readonly record struct Nothing;

/// <summary>How a refusal leaves the middle of an effect; turned into <see cref="Outcome{T}.Refused"/> at its edge.</summary>
internal sealed class RefusedException(RefusalReason reason, string sentence) : Exception(sentence)
{
    public Refusal Refusal { get; } = new(reason, sentence);
}
