namespace MySqlHa.Tests.Acceptance;

/// <summary>What a client was told of a write.</summary>
internal enum Told
{
    /// <summary>It is committed.</summary>
    Done,

    /// <summary>It is not, in an error that mysqld gives before anything is written.</summary>
    Refused,

    /// <summary>Nothing certain: no answer, a broken connection, any other error. The row may be there or not.</summary>
    Nothing,
}

/// <summary>One row that a client tried to write, once: all that the client knows of it.</summary>
/// <param name="Session">The connection, another number for each that was opened.</param>
/// <param name="Sent">When it was sent and when its end was known, both of one clock.</param>
internal sealed record Write(long Id, int Node, long Session, long Sent, long Ended, Told Told);

/// <summary>What a node holds in the end.</summary>
/// <param name="Rows">In the order of the table's own count, which grows in the order in which leaders took them.</param>
/// <param name="Checksum">As mysqld itself reckons it.</param>
internal sealed record HeldRows(int Node, IReadOnlyList<(long Count, long Id)> Rows, string Checksum);
