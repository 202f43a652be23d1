using System.Text.Json.Nodes;

namespace MySqlHa.Machines.Engine;

/// <summary><c>command:remote:Command</c>, over ssh.</summary>
public sealed class RemoteCommandProvider(EngineLog log) : IProvider
{
    private const string Type = "command:remote:Command";

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

        using var ssh = await SshConnection.DialAsync(inputs["connection"]!.AsObject(), cancellation);
        var result = await ssh.RunAsync(
            command, inputs["environment"] as JsonObject, (string?)inputs["stdin"],
            CommandRun.Logging(inputs, ResourceState.TitleOf(Type, name), log), cancellation);
        return CommandRun.Outputs(command, result);
    }
}
