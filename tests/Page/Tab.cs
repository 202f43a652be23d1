using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace MySqlHa.Tests.Page;

/// <summary>One tab of a real browser: what a person sees, presses and types.</summary>
internal sealed class Tab(Chromium browser, string session, string context) : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _complaints = new();
    private readonly ConcurrentQueue<string> _requests = new();

    /// <summary>Errors on the page's console, refusals of its policy, and exceptions.</summary>
    public IReadOnlyCollection<string> Complaints => _complaints;

    /// <summary>Every address that was asked for.</summary>
    public IReadOnlyCollection<string> Requests => _requests;

    public async Task BeginAsync()
    {
        browser.Listen(session, Hear);
        foreach (var domain in (string[])["Page", "Runtime", "Log", "Network"])
        {
            _ = await AskAsync($"{domain}.enable", []);
        }
    }

    /// <summary>A tab that is left open goes on asking and moving.</summary>
    public async ValueTask DisposeAsync() =>
        _ = await browser.AskAsync(null, "Target.disposeBrowserContext", new() { ["browserContextId"] = context });

    public async Task SizeAsync(int width, int height, bool dark = false, bool still = false)
    {
        _ = await AskAsync("Emulation.setDeviceMetricsOverride", new()
        {
            ["width"] = width, ["height"] = height, ["deviceScaleFactor"] = 1, ["mobile"] = width < 500,
        });
        _ = await AskAsync("Emulation.setEmulatedMedia", new()
        {
            ["features"] = new JsonArray(
                new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = dark ? "dark" : "light" },
                new JsonObject { ["name"] = "prefers-reduced-motion", ["value"] = still ? "reduce" : "no-preference" }),
        });
    }

    /// <summary>Opens it and waits until it shows a picture of the cluster.</summary>
    public async Task GoAsync(Uri address)
    {
        _ = await AskAsync("Page.navigate", new() { ["url"] = new Uri(address, "/census").ToString() });
        await UntilAsync("a picture", "document.readyState === 'complete' && document.querySelector('#topology svg') !== null");
    }

    /// <summary>The value of an expression; a promise is waited for.</summary>
    public async Task<JsonElement> ValueAsync(string expression)
    {
        var answer = await AskAsync("Runtime.evaluate", new()
        {
            ["expression"] = expression, ["awaitPromise"] = true, ["returnByValue"] = true,
        });
        return answer["exceptionDetails"] is { } thrown
            ? throw new InvalidOperationException($"{expression}: {thrown.ToJsonString()}")
            : answer["result"]!["value"] is { } value ? JsonSerializer.SerializeToElement(value) : default;
    }

    public async Task<string> TextAsync(string selector) =>
        (await ValueAsync($"document.querySelector({Quoted(selector)}).innerText")).GetString()!;

    public async Task<List<string>> TextsAsync(string selector) =>
    [
        .. (await ValueAsync($"[...document.querySelectorAll({Quoted(selector)})].map(e => e.innerText ?? e.textContent)"))
            .EnumerateArray().Select(e => e.GetString()!),
    ];

    public async Task<bool> HoldsAsync(string condition) =>
        await ValueAsync($"Boolean({condition})") is { ValueKind: JsonValueKind.True };

    /// <summary>Waits until the condition holds; fails with what the page says then.</summary>
    public async Task UntilAsync(string what, string condition, double within = 15)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await HoldsAsync(condition))
        {
            if (Stopwatch.GetElapsedTime(since).TotalSeconds >= within)
            {
                var page = await ValueAsync("document.body.innerText.slice(0, 1500)");
                Assert.Fail($"not within {within} s: {what}\n{string.Join('\n', Complaints)}\n{page}");
            }

            await Task.Delay(30);
        }
    }

    public Task ShowsAsync(string selector, string words, double within = 15) =>
        UntilAsync(
            $"{selector} shows '{words}'", $"document.querySelector({Quoted(selector)})?.innerText.includes({Quoted(words)})", within);

    public async Task PressAsync(string key)
    {
        var (code, text) = key switch
        {
            "Tab" => (9, ""),
            "Enter" => (13, "\r"),
            "Escape" => (27, ""),
            " " => (32, " "),
            "ArrowDown" => (40, ""),
            _ => throw new ArgumentOutOfRangeException(nameof(key), key, "a key that no test pressed yet"),
        };
        foreach (var type in (string[])["keyDown", "keyUp"])
        {
            var sent = new JsonObject
            {
                ["type"] = type, ["key"] = key, ["code"] = key == " " ? "Space" : key, ["windowsVirtualKeyCode"] = code,
            };
            if (type == "keyDown" && text.Length > 0)
            {
                sent["text"] = text;
            }

            _ = await AskAsync("Input.dispatchKeyEvent", sent);
        }
    }

    public async Task TypeAsync(string words) => _ = await AskAsync("Input.insertText", new() { ["text"] = words });

    /// <summary>Tab by Tab, as who has no pointer; fails where it is not reached.</summary>
    public async Task TabToAsync(string selector)
    {
        for (var step = 0; step < 80; step++)
        {
            await PressAsync("Tab");
            if (await HoldsAsync($"document.activeElement?.matches({Quoted(selector)})"))
            {
                return;
            }
        }

        Assert.Fail($"{selector} is not reached by the Tab key");
    }

    public async Task ClickAsync(string selector, int times = 1)
    {
        var at = await MiddleAsync(selector);
        for (var click = 1; click <= times; click++)
        {
            await MouseAsync("mousePressed", at, click);
            await MouseAsync("mouseReleased", at, click);
        }
    }

    public async Task HoverAsync(string selector)
    {
        var at = await MiddleAsync(selector);
        await MouseAsync("mouseMoved", at, 0);
    }

    /// <summary>Into the folder of MYSQLHA_PAGE_SHOTS, for people to look at; without it nothing is kept.</summary>
    public async Task ShootAsync(string name, bool whole = false)
    {
        if (Environment.GetEnvironmentVariable("MYSQLHA_PAGE_SHOTS") is not { Length: > 0 } folder)
        {
            return;
        }

        var wanted = new JsonObject();
        if (whole)
        {
            var size = (await AskAsync("Page.getLayoutMetrics", []))["cssContentSize"]!;
            wanted["captureBeyondViewport"] = true;
            wanted["clip"] = new JsonObject
            {
                ["x"] = 0, ["y"] = 0, ["scale"] = 1,
                ["width"] = size["width"]!.GetValue<double>(), ["height"] = size["height"]!.GetValue<double>(),
            };
        }

        var shot = await AskAsync("Page.captureScreenshot", wanted);
        _ = Directory.CreateDirectory(folder);
        await File.WriteAllBytesAsync(Path.Combine(folder, $"{name}.png"), Convert.FromBase64String(shot["data"]!.GetValue<string>()));
    }

    public Task<JsonNode> AskAsync(string method, JsonObject parameters) => browser.AskAsync(session, method, parameters);

    internal static string Quoted(string text) => JsonSerializer.Serialize(text);

    /// <summary>Of an element, which comes into the window for it.</summary>
    private Task<JsonElement> MiddleAsync(string selector) => ValueAsync(
        $"(() => {{ const e = document.querySelector({Quoted(selector)}); e.scrollIntoView({{ block: 'center' }}); "
        + "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()");

    private Task<JsonNode> MouseAsync(string type, JsonElement at, int click) => AskAsync("Input.dispatchMouseEvent", new()
    {
        ["type"] = type, ["x"] = at[0].GetDouble(), ["y"] = at[1].GetDouble(), ["clickCount"] = click,
        ["button"] = click > 0 ? "left" : "none",
    });

    private void Hear(string method, JsonNode said)
    {
        switch (method)
        {
            case "Runtime.exceptionThrown":
                _complaints.Enqueue(said["exceptionDetails"]!.ToJsonString());
                break;
            case "Runtime.consoleAPICalled" when said["type"]!.GetValue<string>() == "error":
                _complaints.Enqueue(said["args"]!.ToJsonString());
                break;
            case "Log.entryAdded" when said["entry"]!["level"]!.GetValue<string>() == "error":
                _complaints.Enqueue(said["entry"]!.ToJsonString());
                break;
            case "Network.requestWillBeSent":
                _requests.Enqueue(said["request"]!["url"]!.GetValue<string>());
                break;
            default:
                break;
        }
    }
}
