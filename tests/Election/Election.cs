using System.Data.Common;
using System.Diagnostics;
using System.Globalization;

namespace MySqlHa.Tests.Elections;

// docs/election.md shows this class; ElectionDocumentTests holds the two together.
/// <summary>One candidate for the lead of one service.</summary>
public sealed class Election(DbDataSource database, string service, string me, TimeSpan lease)
{
    private long _until; // by our own monotonic clock

    public long Term { get; private set; }

    /// <summary>Ask before each step of the work, not only at its beginning.</summary>
    public bool Leading => Stopwatch.GetTimestamp() < Volatile.Read(ref _until);

    /// <summary>To be called three times within a lease, for ever, whatever it throws.</summary>
    public async Task CampaignAsync(CancellationToken stop)
    {
        var sent = Stopwatch.GetTimestamp(); // before: the lease cannot have begun earlier
        await using var connection = await database.OpenConnectionAsync(stop);
        await using var command = connection.CreateCommand();
        command.CommandText = "CALL mysqlha_election.campaign(@service, @me, @lease)";
        foreach (var (name, value) in new (string, object)[] { ("@service", service), ("@me", me), ("@lease", lease.TotalMilliseconds) })
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }

        await using var answer = await command.ExecuteReaderAsync(stop);
        await answer.ReadAsync(stop);
        Term = Convert.ToInt64(answer["term"], CultureInfo.InvariantCulture);
        var hold = Convert.ToInt64(answer["hold_ms"], CultureInfo.InvariantCulture); // 0: another one leads
        Volatile.Write(ref _until, hold == 0 ? 0 : sent + (hold * Stopwatch.Frequency / 1000));
    }
}
