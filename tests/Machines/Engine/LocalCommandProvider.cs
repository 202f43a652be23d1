using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary><c>command:local:Command</c>: on this machine.</summary>
public sealed class LocalCommandProvider(EngineLog log) : IProvider
{
    private const string Type = "command:local:Command";

    public bool MustReplace(string input, ResourceState old, JsonObject inputs) => false;

    public async Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation) =>
        (RecordedProvider.NewId(name), await RunAsync(name, (string?)inputs["create"], inputs, cancellation));

    public Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation) =>
        RunAsync(old.Name, (string?)inputs["update"] ?? (string?)inputs["create"], inputs, cancellation);

    public Task DeleteAsync(ResourceState old, CancellationToken cancellation) =>
        RunAsync(old.Name, (string?)old.Inputs["delete"], old.Inputs, cancellation);

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(true);

    private async Task<JsonObject> RunAsync(string name, string? command, JsonObject inputs, CancellationToken cancellation)
    {
        if (command is null)
        {
            return new JsonObject { ["stdout"] = "", ["stderr"] = "" };
        }

        string[] interpreter =
            inputs["interpreter"] is JsonArray { Count: > 0 } given ? [.. given.Select(w => (string)w!)] : ["/bin/sh", "-c"];
        var result = await Shell.RunAsync(
            interpreter[0], [.. interpreter[1..], command], (string?)inputs["stdin"],
            CommandRun.Logging(inputs, ResourceState.TitleOf(Type, name), log), (string?)inputs["dir"],
            (inputs["environment"] as JsonObject ?? []).Select(p => KeyValuePair.Create(p.Key, (string?)p.Value ?? "")), cancellation);
        return CommandRun.Outputs(command, result);
    }
}
