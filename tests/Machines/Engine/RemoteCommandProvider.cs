using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>Over ssh.</summary>
public sealed class RemoteCommandProvider(EngineLog log) : CommandProvider("command:remote:Command", log)
{
    protected override async Task<ShellResult> RunAsync(
        string command, JsonObject inputs, Action<string, bool> said, CancellationToken cancellation)
    {
        using var ssh = await SshConnection.DialAsync(inputs["connection"]!.AsObject(), cancellation);
        return await ssh.RunAsync(command, inputs["environment"] as JsonObject, (string?)inputs["stdin"], said, cancellation);
    }
}
