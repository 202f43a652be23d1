using System.Collections.Immutable;

namespace MySqlHa.Configuration;

/// <summary>What somebody wrote for a key, before anything is known about it.</summary>
/// <param name="Where">File and line, or the flag.</param>
internal abstract record RawValue(string Where)
{
    /// <summary>For messages.</summary>
    public abstract string Shown { get; }
}

/// <param name="Directory">What a relative path is relative to: the file's directory, or the working directory for a flag.</param>
internal sealed record RawText(string Text, string Where, string Directory) : RawValue(Where)
{
    /// <summary>Nothing was written behind the key, or YAML's word for nothing: not the empty text in quotes.</summary>
    public bool IsNothing { get; init; }

    public override string Shown => Text;
}

internal sealed record RawList(ImmutableArray<RawValue> Items, string Where) : RawValue(Where)
{
    public override string Shown => $"[{string.Join(", ", Items.Select(i => i.Shown))}]";
}

internal sealed record RawMap(ImmutableArray<(string Key, RawValue Value)> Entries, string Where) : RawValue(Where)
{
    public override string Shown => $"{{{string.Join(", ", Entries.Select(e => $"{e.Key}: {e.Value.Shown}"))}}}";
}
