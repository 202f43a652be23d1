using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>On this machine.</summary>
public sealed class LocalCommandProvider(EngineLog log) : CommandProvider("command:local:Command", log)
{
    protected override Task<ShellResult> RunAsync(
        string command, JsonObject inputs, Action<string, bool> said, CancellationToken cancellation)
    {
        string[] interpreter =
            inputs["interpreter"] is JsonArray { Count: > 0 } given ? [.. given.Select(w => (string)w!)] : ["/bin/sh", "-c"];
        return Shell.RunAsync(
            interpreter[0], [.. interpreter[1..], command], (string?)inputs["stdin"], said, (string?)inputs["dir"],
            (inputs["environment"] as JsonObject ?? []).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value ?? "")), cancellation);
    }
}
