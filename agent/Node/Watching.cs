using Microsoft.Extensions.Logging;

namespace MySqlHa.Node;

/// <summary>What is looked at again and again beside the loop.</summary>
internal static class Watching
{
    /// <summary>
    /// Until cancelled, one look after the other. One that fails, as on a disk with errors, is logged, once for each reason in a row; the
    /// next is made all the same, and what was known before holds until then.
    /// </summary>
    /// <param name="what">What is looked at, for people: "the room on the disk".</param>
    public static async Task UntilCancelledAsync(
        string what, TimeSpan every, Action look, ILogger logger, CancellationToken cancellation)
    {
        var told = "";
        while (!cancellation.IsCancellationRequested)
        {
            try
            {
                look();
                told = "";
            }
            catch (Exception e)
            {
                if (e.Message != told)
                {
                    NodeLog.LookFailed(logger, what, e.Message);
                    told = e.Message;
                }
            }

            await Task.Delay(every, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
