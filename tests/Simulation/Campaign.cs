using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace MySqlHa.Tests.Simulation;

/// <summary>One seed after another on every core, from the first one on without a gap, until all are done or the time is over.</summary>
/// <param name="first">The first seed.</param>
/// <param name="seeds">How many are wanted.</param>
/// <param name="limit">No seed is begun later than this.</param>
/// <param name="say">Told of progress, and of each failing seed at once; from any thread.</param>
internal sealed class Campaign(int first, int seeds, TimeSpan limit, Action<string> say)
{
    private static readonly TimeSpan ProgressEvery = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<int, string> _failures = new();
    private readonly Lock _gate = new();
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private TimeSpan _nextProgress = ProgressEvery;
    private int _next = first - 1;

    /// <summary>How many seeds ran to their end.</summary>
    public int Ran { get; private set; }

    public Tally Tally { get; } = new();

    /// <summary>Each failing seed, and how to play it again.</summary>
    public IReadOnlyList<string> Failures => [.. _failures.OrderBy(f => f.Key).Select(f => f.Value)];

    /// <summary>Blocks until it is over.</summary>
    public void Run()
    {
        var workers = Enumerable.Range(0, Environment.ProcessorCount)
            .Select(_ => Task.Factory.StartNew(Work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default));
        Task.WaitAll([.. workers]);
    }

    /// <summary>How much ran, and what happened in it.</summary>
    public string Summary()
    {
        var (ran, took) = (Ran, _watch.Elapsed.TotalSeconds);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"{ran:N0} of {seeds:N0} seeds (from {first} on) in {took:0} s, {ran / took:0.0} a second; {_failures.Count} failed");
        return string.Join('\n', [head, .. Tally.Lines(), .. Failures]);
    }

    private void Work()
    {
        while (_watch.Elapsed < limit && Interlocked.Increment(ref _next) is var seed && seed < first + seeds)
        {
            World? world = null;
            try
            {
                world = Simulation.Run(seed);
                if (world.Checkers.Violation is { } violation)
                {
                    Fail(seed, violation);
                }
            }
            catch (Exception e)
            {
                Fail(seed, $"{e.GetType().Name}: {e.Message}");
            }

            Note(world);
        }
    }

    private void Fail(int seed, string why)
    {
        _failures[seed] = $"seed {seed}: {why}   (replay: SIM_SEED={seed} ./test A_seed_can_be_replayed)";
        say(_failures[seed]);
    }

    private void Note(World? world)
    {
        lock (_gate)
        {
            Ran++;
            if (world is not null)
            {
                Tally.Add(world.Tally);
                Tally.Count("steps of agents", world.Steps);
                Tally.Count("rows acknowledged", world.Checkers.AcknowledgedCount);
                Tally.Count("promotions", world.Checkers.Promotions);
                Tally.Count("clones", world.Nodes.Sum(n => (long)n.Mysqld.Clones));
            }

            if (_watch.Elapsed >= _nextProgress)
            {
                _nextProgress = _watch.Elapsed + ProgressEvery;
                say(Progress());
            }
        }
    }

    private string Progress()
    {
        var rate = Ran / _watch.Elapsed.TotalSeconds;
        var left = TimeSpan.FromSeconds((seeds - Ran) / rate);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Ran:N0} of {seeds:N0} seeds, {rate:0.0} a second, {_failures.Count} failed, {(int)left.TotalHours}:{left:mm\\:ss} to go");
    }
}
