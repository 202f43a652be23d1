using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>A command resource: which of its commands is run when. Where it is run is its kind's affair.</summary>
/// <param name="type">Pulumi's type token of the kind.</param>
public abstract class CommandProvider(string type, EngineLog log) : IProvider
{
    public bool MustReplace(string input, ResourceState old, JsonObject inputs) => false;

    public async Task<(string Id, JsonObject Outputs)> CreateAsync(
        string name, JsonObject inputs, StateFile state, CancellationToken cancellation) =>
        (RecordedProvider.NewId(name), await RunAsync(name, (string?)inputs["create"], inputs, cancellation));

    public Task<JsonObject> UpdateAsync(ResourceState old, JsonObject inputs, CancellationToken cancellation) =>
        RunAsync(old.Name, (string?)inputs["update"] ?? (string?)inputs["create"], inputs, cancellation);

    public Task DeleteAsync(ResourceState old, CancellationToken cancellation) =>
        RunAsync(old.Name, (string?)old.Inputs["delete"], old.Inputs, cancellation);

    public Task<bool> ExistsAsync(ResourceState old) => Task.FromResult(true);

    /// <param name="said">Takes each line it says, and whether that was an error.</param>
    protected abstract Task<ShellResult> RunAsync(
        string command, JsonObject inputs, Action<string, bool> said, CancellationToken cancellation);

    private async Task<JsonObject> RunAsync(string name, string? command, JsonObject inputs, CancellationToken cancellation)
    {
        if (command is null)
        {
            return new JsonObject { ["stdout"] = "", ["stderr"] = "" };
        }

        var result = await RunAsync(command, inputs, Logging(inputs, ResourceState.TitleOf(type, name)), cancellation);
        // With all that it said where it failed, whatever is logged: as the provider does.
        return result.Good
            ? new JsonObject { ["stdout"] = Cut(result.Out), ["stderr"] = Cut(result.Error) }
            : throw new MachinesException(
                $"Process exited with status {result.ExitCode}: running \"{command}\":\n{result.Out}{result.Error}".TrimEnd());
    }

    /// <summary>Both streams are shown unless the program says otherwise.</summary>
    private Action<string, bool> Logging(JsonObject inputs, string title)
    {
        var which = (string?)inputs["logging"] ?? "stdoutAndStderr";
        return (line, isError) =>
        {
            var shown = which switch
            {
                "none" => false,
                "stdout" => !isError,
                "stderr" => isError,
                _ => true,
            };
            if (shown && line.Trim().Length > 0)
            {
                log.Said(title, line);
            }
        };
    }

    private static string Cut(string text) => text.EndsWith('\n') ? text[..^1] : text;
}
