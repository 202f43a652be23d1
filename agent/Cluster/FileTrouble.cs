namespace MySqlHa.Cluster;

/// <summary>Why a file could not be read or written, behind words that name it: without its path once more, or a full stop.</summary>
public static class FileTrouble
{
    public static string Of(Exception e) => e switch
    {
        FileNotFoundException => "there is no such file",
        DirectoryNotFoundException => "there is no such folder",
        _ => PlainText.OneLine(e.Message).TrimEnd('.'),
    };
}
