namespace MySqlHa.Hooks;

/// <summary>Looks for executables by name, anew each time: a hook comes and goes with no restart of the agent.</summary>
internal static class HookFolder
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>
    /// The path of a hook that may be run; null: there is none, or it may not be, and then <paramref name="problem"/> says why.
    /// </summary>
    public static string? Find(string directory, string name, out string problem)
    {
        problem = "";
        var path = Path.Combine(directory, name);
        if (!File.Exists(path))
        {
            return null;
        }

        // The agent may be root: what anybody can write is nothing for it to run.
        problem = File.GetUnixFileMode(path) is var mode && (mode & Executable) == 0 ? $"{path} is not executable"
            : (mode & UnixFileMode.OtherWrite) != 0 ? $"{path} can be written by anybody, so it is not run"
            : (File.GetUnixFileMode(directory) & UnixFileMode.OtherWrite) != 0
                ? $"{directory} can be written by anybody, so nothing in it is run"
            : "";
        return problem.Length == 0 ? path : null;
    }
}
