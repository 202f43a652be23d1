namespace MySqlHa.Consensus;

/// <summary>What the times of Raft must satisfy among themselves for a healthy leader to keep its followers quiet.</summary>
internal static class RaftOptionsRules
{
    public static void Check(RaftOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Heartbeat <= TimeSpan.Zero || options.Heartbeat * 2 > options.ElectionMin)
        {
            throw new ArgumentException(
                $"Heartbeat {options.Heartbeat} must be above zero and at most half of ElectionMin {options.ElectionMin}", nameof(options));
        }

        if (options.ElectionMax <= options.ElectionMin)
        {
            throw new ArgumentException(
                $"ElectionMax {options.ElectionMax} must be longer than ElectionMin {options.ElectionMin}", nameof(options));
        }

        if (options.MaxEntriesPerMessage < 1 || options.MaxBytesPerMessage < 1)
        {
            throw new ArgumentException("a message carries at least one entry and one byte", nameof(options));
        }
    }
}
