using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace MySqlHa.Telemetry;

/// <summary>
/// Takes posts to one receiver, one after the other, each until it is taken. What a receiver does not take for an hour is given up, sooner
/// where it says no by a client's error, and so is the oldest where more wait than are kept: nothing else ever waits for it.
/// </summary>
internal sealed class PostQueue : IAsyncDisposable
{
    /// <summary>Of posts that wait: an event some hundred bytes, a trace some thousand.</summary>
    public const int MostWaiting = 1000;

    /// <summary>Tries that a receiver answers with a no of its own: what was wrong with the post is wrong an hour later too.</summary>
    public const int MostRefusals = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromHours(1);
    private readonly string _shown;
    private readonly ILogger _logger;
    private readonly Channel<Post> _posts;
    private readonly ResiliencePipeline<Try> _pipeline;
    private readonly CancellationTokenSource _ends = new();
    private readonly Task _sending;
    private long _sent;
    private long _failed;
    private long _givenUp;
    private long _refused;
    private bool _failing;

    /// <param name="what">"webhook", "collector".</param>
    /// <param name="url">Its path and query may be secret, and are never shown.</param>
    /// <param name="pause">The first between two tries; it doubles up to a minute, and varies.</param>
    public PostQueue(string what, Uri url, ILogger logger, TimeSpan pause)
    {
        _logger = logger;
        _shown = $"{what} at {url.GetLeftPart(UriPartial.Authority)}";
        _posts = Channel.CreateBounded<Post>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, Dropped);
        _pipeline = new ResiliencePipelineBuilder<Try>().AddRetry(new RetryStrategyOptions<Try>
        {
            ShouldHandle = static args => ValueTask.FromResult(args.Outcome.Result is { Taken: false, IsLast: false }),
            MaxRetryAttempts = int.MaxValue,
            Delay = pause,
            MaxDelay = TimeSpan.FromMinutes(1),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = args =>
            {
                NoteFailure(args.Outcome.Result!);
                return ValueTask.CompletedTask;
            },
        }).Build();
        _sending = Task.Run(() => SendAllAsync(_ends.Token));
    }

    /// <summary>Taken by the receiver; tries that failed; events given up; those among them that the receiver refused.</summary>
    public (long Sent, long Failed, long GivenUp, long Refused) Counts => (
        Interlocked.Read(ref _sent), Interlocked.Read(ref _failed), Interlocked.Read(ref _givenUp), Interlocked.Read(ref _refused));

    /// <summary>Never waits.</summary>
    public void Send(Post post) => _posts.Writer.TryWrite(post);

    public async ValueTask DisposeAsync()
    {
        await _ends.CancelAsync();
        await _sending;
        _ends.Dispose();
    }

    private async Task SendAllAsync(CancellationToken ends)
    {
        try
        {
            await foreach (var post in _posts.Reader.ReadAllAsync(ends))
            {
                await SendAsync(post, ends);
            }
        }
        catch (OperationCanceledException) when (ends.IsCancellationRequested)
        {
            // The agent stops; what waits goes with it.
        }
    }

    private async Task SendAsync(Post post, CancellationToken ends)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ends);
        patience.CancelAfter(Patience);
        try
        {
            var refusals = 0;
            var last = await _pipeline.ExecuteAsync(
                async cancellation =>
                {
                    var tried = await post.TryAsync(cancellation);
                    refusals += tried.IsRefusal ? 1 : 0;
                    return tried with { IsLast = refusals == MostRefusals };
                },
                patience.Token);
            if (!last.Taken)
            {
                NoteFailure(last);
                _ = Interlocked.Increment(ref _givenUp);
                _ = Interlocked.Increment(ref _refused);
                TelemetryLog.ReceiverRefuses(_logger, _shown, post.Code, post.Id, last.Why, MostRefusals);
                return;
            }

            _ = Interlocked.Increment(ref _sent);
            if (_failing)
            {
                _failing = false;
                TelemetryLog.ReceiverTakesAgain(_logger, _shown);
            }
        }
        catch (OperationCanceledException) when (!ends.IsCancellationRequested)
        {
            _ = Interlocked.Increment(ref _givenUp);
            TelemetryLog.ReceiverGivenUp(_logger, _shown, post.Code, post.Id);
        }
    }

    private void NoteFailure(Try failed)
    {
        _ = Interlocked.Increment(ref _failed);
        if (!_failing)
        {
            _failing = true;
            TelemetryLog.ReceiverFails(_logger, _shown, failed.Why, failed.IsRefusal ? $"{MostRefusals} times in all" : "for an hour");
        }
    }

    private void Dropped(Post post)
    {
        _ = Interlocked.Increment(ref _givenUp);
        TelemetryLog.ReceiverFull(_logger, _shown, MostWaiting, post.Code, post.Id);
    }
}
