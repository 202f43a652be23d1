using System.Text.Json.Nodes;
using MySqlHa.Machines.Hosts;

namespace MySqlHa.Machines.Engine;

/// <summary>What local and remote commands have in common: how much of what they say is shown, and what is kept of it.</summary>
internal static class CommandRun
{
    /// <summary>For logging: both streams unless the program says otherwise.</summary>
    public static Action<string, bool> Logging(JsonObject inputs, string title, EngineLog log)
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

    /// <summary>Throws with all that it said where it failed, whatever is logged: as the provider does.</summary>
    public static JsonObject Outputs(string command, ShellResult result) =>
        result.Good
            ? new JsonObject { ["stdout"] = Cut(result.Out), ["stderr"] = Cut(result.Error) }
            : throw new MachinesException(
                $"Process exited with status {result.ExitCode}: running \"{command}\":\n{result.Out}{result.Error}".TrimEnd());

    private static string Cut(string text) => text.EndsWith('\n') ? text[..^1] : text;
}
