namespace MySqlHa.Machines.Hosts;

/// <summary>Files for nobody else's eyes: mode 0600 from their first byte on.</summary>
internal static class SecretFile
{
    public static async Task WriteAsync(string path, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        File.Delete(path);
        await using var writer = new StreamWriter(path, options);
        await writer.WriteAsync(text);
    }
}
