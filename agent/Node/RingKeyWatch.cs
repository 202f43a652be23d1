using Microsoft.Extensions.Logging;
using MySqlHa.Core;
using MySqlHa.Ring;

namespace MySqlHa.Node;

/// <summary>
/// Looks at the file of the ring's keys each second. What it holds is in force at once; what cannot be used changes nothing, and is told
/// until it is whole again. It is read whole each time: it is small, and no change of it is missed.
/// </summary>
/// <param name="use">Told of each other set of keys.</param>
/// <param name="note">Told at first, and of each change.</param>
internal sealed class RingKeyWatch(string path, RingKeys keys, Action<RingKeys> use, Action<RingKeysNoted> note)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);
    private string _text = "";
    private RingKeysNoted? _told;

    /// <summary>The keys in force.</summary>
    public RingKeys Keys { get; private set; } = keys;

    public Task WatchAsync(ILogger logger, CancellationToken stopping) =>
        Watching.UntilCancelledAsync("the file of the ring's keys", LookEvery, Look, logger, stopping);

    public void Look()
    {
        var problem = "";
        try
        {
            var text = RingKeyFile.Read(path);
            if (text != _text)
            {
                var found = RingKeys.Parse(path, text);
                if (!found.Fingerprints.SequenceEqual(Keys.Fingerprints))
                {
                    use(found);
                    Keys = found;
                }

                _text = text;
            }
        }
        catch (RingKeyException e)
        {
            problem = $"{e.Message}; in force is what it held before, {Keys}";
        }

        var now = new RingKeysNoted(Keys.Fingerprints, problem);
        if (_told is null || now.Problem != _told.Problem || !now.Fingerprints.SequenceEqual(_told.Fingerprints))
        {
            _told = now;
            note(now);
        }
    }
}
