namespace MySqlHa.Guard;

/// <summary>The two lines by which agent and guard speak, below a node's run directory.</summary>
internal static class GuardFiles
{
    public static LineFile Orders(string runDirectory) => new(Path.Combine(runDirectory, "guard.order"));

    public static LineFile Signs(string runDirectory) => new(Path.Combine(runDirectory, "guard.sign"));

    /// <summary>Held by the guard as long as it lives.</summary>
    public static string Lock(string runDirectory) => Path.Combine(runDirectory, "guard.lock");
}
