using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>
/// A real browser without a window, spoken to by its DevTools protocol over its own pipes: no port, no package, and it ends when the test
/// process does. One for all tests; each has tabs of its own that share nothing.
/// </summary>
#pragma warning disable CA1001 // xunit disposes of it by IAsyncLifetime
public sealed class Chromium : IAsyncLifetime
#pragma warning restore CA1001
{
    /// <summary>For names that no machine has: the page as it comes from elsewhere.</summary>
    public const string FarHost = "db1.example.test";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _open = new();
    private readonly ConcurrentDictionary<string, Action<string, JsonNode>> _listeners = new();
    private readonly SemaphoreSlim _write = new(1);
    private readonly string _profile = Directory.CreateTempSubdirectory("mysqlha-chromium").FullName;
    private Process? _process;
    private Task _reading = Task.CompletedTask;
    private int _last;

    public Task InitializeAsync()
    {
        if (ChromiumFactAttribute.Program is not { } program)
        {
            return Task.CompletedTask; // each test says that it is skipped
        }

        // It takes its orders from descriptor 3 and answers on 4.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        string[] words =
        [
            "-c", "exec nice \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null", "sh", program, "--headless", "--no-sandbox",
            "--disable-gpu", "--no-first-run", "--hide-scrollbars", "--disable-dev-shm-usage", "--disable-background-networking",
            "--disable-component-update",
            $"--host-resolver-rules=MAP {FarHost} {PageDoor.Host}", $"--user-data-dir={_profile}", "--remote-debugging-pipe", "about:blank",
        ];
        foreach (var word in words)
        {
            start.ArgumentList.Add(word);
        }

        _process = Process.Start(start)!;
        _reading = Task.Run(ReadAsync);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_process is { } process)
        {
            process.StandardInput.Close();
            using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(5));
            try
            {
                await process.WaitForExitAsync(deadline.Token);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }

            await _reading;
            process.Dispose();
        }

        _write.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // A process of it that still writes: the folder is a temporary one.
        }
    }

    /// <summary>An empty tab with a storage of its own.</summary>
    internal async Task<Tab> OpenAsync()
    {
        var created = await AskAsync(null, "Target.createBrowserContext", []);
        var context = created["browserContextId"]!.GetValue<string>();
        var target = await AskAsync(null, "Target.createTarget", new()
        {
            ["url"] = "about:blank",
            ["browserContextId"] = context,
        });
        var session = await AskAsync(null, "Target.attachToTarget", new()
        {
            ["targetId"] = target["targetId"]!.GetValue<string>(),
            ["flatten"] = true,
        });
        var tab = new Tab(this, session["sessionId"]!.GetValue<string>(), context);
        await tab.BeginAsync();
        return tab;
    }

    internal void Listen(string session, Action<string, JsonNode> listener) => _listeners[session] = listener;

    internal async Task<JsonNode> AskAsync(string? session, string method, JsonObject parameters)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _open[id] = new TaskCompletionSource<JsonNode>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null)
        {
            message["sessionId"] = session;
        }

        await _write.WaitAsync();
        try
        {
            var stream = _process!.StandardInput.BaseStream;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(message.ToJsonString() + '\0'));
            await stream.FlushAsync();
        }
        finally
        {
            _ = _write.Release();
        }

        return await answer.Task.WaitAsync(Patience);
    }

    private async Task ReadAsync()
    {
        var stream = _process!.StandardOutput.BaseStream;
        var held = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int count;
        while ((count = await stream.ReadAsync(buffer)) > 0)
        {
            var from = 0;
            for (var end = Array.IndexOf(buffer, (byte)0, 0, count); end >= 0; end = Array.IndexOf(buffer, (byte)0, from, count - from))
            {
                held.Write(buffer, from, end - from);
                Take(JsonNode.Parse(held.ToArray())!);
                held.SetLength(0);
                from = end + 1;
            }

            held.Write(buffer, from, count - from);
        }

        foreach (var (_, answer) in _open)
        {
            _ = answer.TrySetException(new IOException("the browser ended"));
        }
    }

    private void Take(JsonNode message)
    {
        if (message["id"] is { } id)
        {
            if (_open.TryRemove(id.GetValue<int>(), out var answer))
            {
                _ = message["error"] is { } error
                    ? answer.TrySetException(new InvalidOperationException(error.ToJsonString()))
                    : answer.TrySetResult(message["result"]!);
            }
        }
        else if (message["sessionId"]?.GetValue<string>() is { } session && _listeners.TryGetValue(session, out var listener))
        {
            listener(message["method"]!.GetValue<string>(), message["params"]!);
        }
    }
}
