using System.CommandLine;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using MySqlHa.Cluster;

namespace MySqlHa.Cli;

/// <summary>
/// <c>mysqlha top</c>: the cluster live in a terminal, until q or Ctrl-C. Where nobody looks (a pipe, a file) it is one picture.
/// </summary>
internal static class TopCommand
{
    private const string Allowed = "200ms to 60s";
    private const int MostEvents = 200;

    public static Command Build()
    {
        var every = new Option<string>("--every")
        {
            Description = $"Time between two looks, {Allowed}",
            HelpName = "DURATION",
            DefaultValueFactory = _ => "1s",
        };
        every.Validators.Add(result =>
        {
            if (TimeOf(result.GetValueOrDefault<string>()) is null)
            {
                result.AddError($"--every: '{result.GetValueOrDefault<string>()}' is not allowed; allowed: {Allowed}");
            }
        });
        var once = new Option<bool>("--once") { Description = "One picture, and end" };
        return new Command("top", "The cluster, live in a terminal; q ends it") { every, once }.Client((parse, client, cancellation) =>
        {
            var output = parse.InvocationConfiguration.Output;
            var live = !parse.GetValue(once) && !Console.IsOutputRedirected && ReferenceEquals(output, Console.Out);
            return live
                ? LiveAsync(client, output, TimeOf(parse.GetValue(every))!.Value, cancellation)
                : OnceAsync(client, output, cancellation);
        });
    }

    private static TimeSpan? TimeOf(string? text) =>
        text is not null && DurationText.TryParse(text, out var time) && time >= TimeSpan.FromMilliseconds(200)
            && time <= TimeSpan.FromSeconds(60) ? time : null;

    private static async Task<int> OnceAsync(ClusterClient client, TextWriter output, CancellationToken cancellation)
    {
        var view = await client.ViewAsync(cancellation);
        var events = await EventsAsync(client, 0, cancellation);
        var width = TerminalRoom.WidthOf(output) ?? 400;
        foreach (var line in TopFrame.Of(null, view, TimeSpan.Zero, events, width, height: 40, colours: false))
        {
            await output.WriteLineAsync(line);
        }

        return ViewText.Leader(view) is null ? ExitCodes.NoLeader : ExitCodes.Ok;
    }

    private static async Task<int> LiveAsync(ClusterClient client, TextWriter output, TimeSpan every, CancellationToken cancellation)
    {
        const string Begin = "\e[?1049h\e[?25l", End = "\e[?25h\e[?1049l";
        var events = new List<ClusterEvent>();
        ClusterView? before = null;
        var seenAt = 0L;
        await output.WriteAsync(Begin);
        try
        {
            while (true)
            {
                IReadOnlyList<string> lines;
                try
                {
                    var view = await client.ViewAsync(cancellation);
                    var now = Stopwatch.GetTimestamp();
                    events.AddRange(await EventsAsync(client, events.Count == 0 ? 0 : events[^1].Id, cancellation));
                    events.RemoveRange(0, Math.Max(0, events.Count - MostEvents));
                    var between = before?.Self == view.Self ? Stopwatch.GetElapsedTime(seenAt, now) : TimeSpan.Zero;
                    var (width, height) = TerminalRoom.Now();
                    lines = TopFrame.Of(before, view, between, events, width, height, colours: true);
                    (before, seenAt) = (view, now);
                }
                catch (ClientException e)
                {
                    lines = [PlainText.OneLine(e.Message), "", "asking again; q ends"];
                }

                // Each line is cleared behind its end, and what is below the last: nothing flickers.
                await output.WriteAsync("\e[H" + string.Join("\e[K\r\n", lines.Take(TerminalRoom.Now().Height)) + "\e[K\e[J");
                await output.FlushAsync(cancellation);
                if (await AskedToEndAsync(every, cancellation))
                {
                    return ExitCodes.Ok;
                }
            }
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCodes.Ok; // Ctrl-C is how one ends it
        }
        finally
        {
            await output.WriteAsync(End);
            await output.FlushAsync(CancellationToken.None);
        }
    }

    /// <summary>Until the time is over, or q.</summary>
    private static async Task<bool> AskedToEndAsync(TimeSpan time, CancellationToken cancellation)
    {
        var since = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(since) < time)
        {
            while (!Console.IsInputRedirected && Console.KeyAvailable)
            {
                if (Console.ReadKey(intercept: true).Key is ConsoleKey.Q or ConsoleKey.Escape)
                {
                    return true;
                }
            }

            await Task.Delay(50, cancellation);
        }

        return false;
    }

    /// <summary>None where the agent is older and tells none.</summary>
    private static async Task<IReadOnlyList<ClusterEvent>> EventsAsync(ClusterClient client, long after, CancellationToken cancellation)
    {
        try
        {
            var text = await client.ReadAsync($"v1/events?after={after}", cancellation);
            return ViewReader.Events(Encoding.UTF8.GetBytes(text));
        }
        catch (Exception e) when (e is ClientException or JsonException)
        {
            return [];
        }
    }
}
