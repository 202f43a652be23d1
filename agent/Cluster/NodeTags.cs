using System.Globalization;

namespace MySqlHa.Cluster;

/// <summary>
/// What an operator wants of one node, from its configuration (<c>tags</c>). Tags choose among what is safe; where only a tagged node
/// holds acknowledged commits, it leads all the same, until another can.
/// </summary>
/// <param name="NoFailover">Leads only where nobody else can, and hands over as soon as somebody does.</param>
/// <param name="Priority">0 to 1000, more is rather chosen to lead; <see cref="Usual"/> by default.</param>
/// <param name="NoSync">Acknowledges no commits, unless nobody else would.</param>
/// <param name="CloneFrom">Rather cloned from than others.</param>
/// <param name="NoLoad">Gets no readers: not from the proxy, and <c>/replica</c> answers 503.</param>
public sealed record NodeTags(
    bool NoFailover = false, int Priority = NodeTags.Usual, bool NoSync = false, bool CloneFrom = false, bool NoLoad = false)
{
    public const int Usual = 100;

    public static readonly NodeTags None = new();

    /// <summary>Those that are set, as in the configuration: <c>nofailover</c>, <c>priority=200</c>.</summary>
    public IEnumerable<string> Words()
    {
        if (NoFailover)
        {
            yield return "nofailover";
        }

        if (Priority != Usual)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"priority={Priority}");
        }

        if (NoSync)
        {
            yield return "nosync";
        }

        if (CloneFrom)
        {
            yield return "clonefrom";
        }

        if (NoLoad)
        {
            yield return "noload";
        }
    }
}
