using System.Collections.Immutable;
using MySqlHa.Cluster;
using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>
/// Global variables: any name is one. Those that begin with <see cref="AtStart"/> are taken at the start only, one that is
/// <see cref="Deadly"/> ends it, and <see cref="NotHere"/> is refused by a running server.
/// </summary>
internal sealed partial class SimMysqld
{
    public const string AtStart = "at_start_";
    public const string Deadly = "deadly";
    public const string NotHere = "not here";

    /// <summary>What they are; who is not named has its default.</summary>
    public ImmutableSortedDictionary<string, string> Variables { get; private set; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>False: it ends at once.</summary>
    public bool Take(ImmutableSortedDictionary<string, string> atStart)
    {
        Variables = atStart;
        return !atStart.ContainsValue(Deadly);
    }

    public EffectResult Apply(ApplySettings apply)
    {
        var (atStart, notTaken) = (new List<string>(), new List<Reason>());
        foreach (var name in apply.Set.Keys.Concat(apply.Unset))
        {
            var value = apply.Set.GetValueOrDefault(name);
            if (name.StartsWith(AtStart, StringComparison.Ordinal))
            {
                atStart.Add(name);
            }
            else if (value == NotHere)
            {
                notTaken.Add(new Reason("bad-value", $"{name}: {value}"));
            }
            else
            {
                Variables = value is null ? Variables.Remove(name) : Variables.SetItem(name, value);
            }
        }

        return new EffectResult { AtStartOnly = [.. atStart], NotTaken = [.. notTaken] };
    }

    public static EffectResult Check(CheckSettings check) => new()
    {
        AtStartOnly = [.. check.Set.Keys.Where(k => k.StartsWith(AtStart, StringComparison.Ordinal))],
        NotTaken = [.. check.Set.Where(s => s.Value == "bad").Select(s => new Reason("bad-value", $"{s.Key}: {s.Value}"))],
    };
}
