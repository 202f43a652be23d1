using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace MySqlHa.Tests.Prometheus;

/// <summary>A real Prometheus that scrapes these addresses each second by the rules of docs, in a folder of its own.</summary>
internal sealed partial class RunningPrometheus : IAsyncDisposable
{
    public const string Cluster = "sandbox";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("mysqlha-prometheus-");
    private readonly HttpClient _http;
    private readonly Process _process;

    private RunningPrometheus(string address, IEnumerable<string> hosts)
    {
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = new Uri($"http://{address}"),
            Timeout = TimeSpan.FromSeconds(5),
        };
        // The same rules; only what has to last for a minute or an hour lasts a second here.
        File.WriteAllText(Path.Combine(_folder.FullName, "mysqlha-alerts.yml"), Lasting().Replace(AlertRules.Text(), "for: 1s"));
        var targets = string.Join(", ", hosts.Select(h => $"\"{h}:9631\""));
        var config = File.ReadAllText(Path.Combine(AlertRules.Folder, "prometheus.yml"));
        config = Every().Replace(config, "_interval: 1s").Replace("cluster: production", $"cluster: {Cluster}", StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(_folder.FullName, "prometheus.yml"), Targets().Replace(config, $"targets: [{targets}]"));
        var start = new ProcessStartInfo(PrometheusFactAttribute.Program!,
            ["--config.file=prometheus.yml", $"--web.listen-address={address}", "--storage.tsdb.path=data", "--log.level=warn"])
        {
            WorkingDirectory = _folder.FullName,
            RedirectStandardError = true,
        };
        _process = Process.Start(start)!;
        _ = _process.StandardError.ReadToEndAsync();
    }

    public static async Task<RunningPrometheus> StartAsync(string address, IEnumerable<string> hosts, TimeSpan within)
    {
        var one = new RunningPrometheus(address, hosts);
        var since = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                using var ready = await one._http.GetAsync(new Uri("/-/ready", UriKind.Relative));
                if (ready.IsSuccessStatusCode)
                {
                    return one;
                }
            }
            catch (HttpRequestException) when (!one._process.HasExited)
            {
                // It does not listen yet.
            }

            if (one._process.HasExited || Stopwatch.GetElapsedTime(since) > within)
            {
                await one.DisposeAsync();
                throw new InvalidOperationException($"prometheus at {address} is not ready within {within.TotalSeconds} s");
            }

            await Task.Delay(100);
        }
    }

    /// <summary>The samples of an expression now: labels and value. Throws with Prometheus' words where it is none.</summary>
    public async Task<IReadOnlyList<(IReadOnlyDictionary<string, string> Labels, double Value)>> QueryAsync(string expression)
    {
        using var answer = await _http.GetAsync(new Uri($"/api/v1/query?query={Uri.EscapeDataString(expression)}", UriKind.Relative));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("status").GetString() != "success"
            ? throw new InvalidOperationException($"{expression}: {json.RootElement.GetProperty("error")}")
            :
            [
                .. json.RootElement.GetProperty("data").GetProperty("result").EnumerateArray().Select(r => (
                    (IReadOnlyDictionary<string, string>)r.GetProperty("metric").EnumerateObject()
                        .ToDictionary(l => l.Name, l => l.Value.GetString()!),
                    double.Parse(r.GetProperty("value")[1].GetString()!, System.Globalization.CultureInfo.InvariantCulture))),
            ];
    }

    /// <summary>Names of the alerts that fire, as /api/v1/alerts has them.</summary>
    public async Task<IReadOnlySet<string>> FiringAsync()
    {
        using var json = JsonDocument.Parse(await _http.GetStringAsync(new Uri("/api/v1/alerts", UriKind.Relative)));
        return json.RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray()
            .Where(a => a.GetProperty("state").GetString() == "firing")
            .Select(a => a.GetProperty("labels").GetProperty("alertname").GetString()!).ToHashSet();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        _http.Dispose();
        _folder.Delete(recursive: true);
    }

    [GeneratedRegex("for: [0-9]+[smh]")]
    private static partial Regex Lasting();

    [GeneratedRegex("_interval: [0-9]+s")]
    private static partial Regex Every();

    [GeneratedRegex(@"targets: \[""10[^\]]*\]")]
    private static partial Regex Targets();
}
