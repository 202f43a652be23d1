using System.Net.Sockets;

namespace MySqlHa.Supervision;

/// <summary>
/// Why mysqld did not start, in one sentence: from the system's refusal, the directory's state or the last lines of its log.
/// </summary>
internal static class StartFailure
{
    private const int NoSpace = 28;

    public static SupervisionException FromState(DataDirectoryState state, MysqldOptions options) => state switch
    {
        DataDirectoryState.ForeignData => new SupervisionException(
            SupervisionError.ForeignData,
            $"'{options.DataDirectory}' holds data that this agent did not make; it is left alone."
            + " Name an empty directory, or adopt the data explicitly."),
        _ => new SupervisionException(
            SupervisionError.NotInitialised,
            $"The data directory '{options.DataDirectory}' is not ready to be served: it is {Said(state)}."),
    };

    public static SupervisionException FromPort(SocketException e, MysqldOptions options) => e.SocketErrorCode switch
    {
        SocketError.AddressAlreadyInUse => new SupervisionException(
            SupervisionError.PortTaken, $"{options.Host}:{options.Port} is taken: another program listens there, and mysqld cannot.", e),
        SocketError.AddressNotAvailable => new SupervisionException(
            SupervisionError.PortTaken, $"{options.Host} is no address of this machine: mysqld cannot listen there.", e),
        SocketError.AccessDenied => new SupervisionException(
            SupervisionError.Permissions, $"This user may not listen on {options.Host}:{options.Port}.", e),
        _ => new SupervisionException(SupervisionError.PortTaken, $"Nothing can listen on {options.Host}:{options.Port}: {e.Message}.", e),
    };

    public static SupervisionException FromSystem(Exception e, MysqldOptions options) =>
        (e.HResult & 0xffff) == NoSpace || e.Message.Contains("No space left", StringComparison.Ordinal)
            ? new SupervisionException(SupervisionError.DiskFull, $"The disk is full: {e.Message}", e)
            : new SupervisionException(
                SupervisionError.Permissions, $"'{options.RunDirectory}' or '{options.ErrorLog}' cannot be written: {e.Message}", e);

    public static SupervisionException FromExit(ExitReport exit, MysqldErrorLog log, MysqldOptions options)
    {
        // The first error is the cause, the last what came of it.
        var errors = log.LastErrors(20);
        var all = string.Join(" | ", errors);
        var quoted = string.Join(" | ", errors.Count > 3 ? [.. errors.Take(2), errors[^1]] : errors.Count > 0 ? errors : log.LastLines(3));
        var end = exit.Signal is { } signal ? $"signal {signal}" : $"code {exit.ExitCode}";
        bool Says(params string[] words) => words.Any(w => all.Contains(w, StringComparison.OrdinalIgnoreCase));

        return true switch
        {
            _ when Says("MY-010262", "MY-010257", "Do you already have another mysqld server running on port", "Bind on TCP/IP port") =>
                new(SupervisionError.PortTaken,
                    $"{options.Host}:{options.Port} is taken: mysqld could not listen there. It said: {quoted}"),
            _ when Says("Unable to lock ./", "is using unix socket file", "another mysqld process is already using the same InnoDB") =>
                new(SupervisionError.DataInUse,
                    $"The data directory '{options.DataDirectory}' is in use by another mysqld. It said: {quoted}"),
            _ when Says("No space left", "errno: 28", "OS errno 28", "error number 28", "disk is full") =>
                new(SupervisionError.DiskFull, $"mysqld could not start because the disk is full. It said: {quoted}"),
            _ when Says("Permission denied", "errno: 13", "error number 13") =>
                new(SupervisionError.Permissions, $"mysqld may not use its files under '{options.DataDirectory}'. It said: {quoted}"),
            _ => new(SupervisionError.ExitedDuringStart,
                $"mysqld ended with {end} before it answered. It said: {(quoted.Length > 0 ? quoted : "nothing")}"),
        };
    }

    private static string Said(DataDirectoryState state) => state switch
    {
        DataDirectoryState.Missing => "missing",
        DataDirectoryState.Empty => "empty",
        DataDirectoryState.HalfInitialised => "only half made (an initialisation or a clone did not come to its end)",
        _ => state.ToString(),
    };
}
