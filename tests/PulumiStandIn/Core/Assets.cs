namespace Pulumi;

/// <summary>A file or an archive as an input. As in the SDK, what it holds is not public.</summary>
public abstract class AssetOrArchive
{
    private protected AssetOrArchive(string propName, object value)
    {
        PropName = propName;
        Value = value;
    }

    internal string PropName { get; }

    internal object Value { get; }
}

public abstract class Asset : AssetOrArchive
{
    private protected Asset(string propName, object value)
        : base(propName, value)
    {
    }
}

public abstract class Archive : AssetOrArchive
{
    private protected Archive(string propName, object value)
        : base(propName, value)
    {
    }
}

public sealed class FileAsset(string path) : Asset("path", path);

public sealed class StringAsset(string text) : Asset("text", text);

public sealed class FileArchive(string path) : Archive("path", path);
