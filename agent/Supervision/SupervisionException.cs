namespace MySqlHa.Supervision;

/// <summary>What kept us from having a running mysqld, for programs; the exception's message is the same for people.</summary>
public enum SupervisionError
{
    WrongBinary,
    WrongOptions,
    PortTaken,
    DataInUse,
    ForeignData,
    NotInitialised,
    DiskFull,
    Permissions,
    InitialisationFailed,
    ExitedDuringStart,
    SystemCall,
    ArchiveFailed,
}

/// <summary>A broken environment, said in one sentence that a person can act on.</summary>
public sealed class SupervisionException(SupervisionError error, string sentence, Exception? cause = null) : Exception(sentence, cause)
{
    public SupervisionError Error { get; } = error;
}
