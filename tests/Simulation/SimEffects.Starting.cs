using MySqlHa.Core;

namespace MySqlHa.Tests.Simulation;

/// <summary>What comes before a mysqld serves: its data directory, and its start.</summary>
internal static partial class SimEffects
{
    private static EffectResult Start(SimNode node, StartMysqld start, long life)
    {
        if (!node.Mysqld.Running)
        {
            if (!node.Mysqld.Take(start.Settings.Values))
            {
                return Failed("mysqld ended before it answered: a setting is bad") with { EndedInStart = true };
            }

            node.Mysqld.Start();
            node.Mysqld.TakeLock(life);
        }

        return Good(node);
    }

    private static EffectResult Initialise(SimMysqld mysqld, InitialiseData initialise)
    {
        if (mysqld.HasData)
        {
            return new EffectResult();
        }

        if (initialise.Adopt != (mysqld.BroughtRow != 0))
        {
            return Failed(initialise.Adopt ? "there is no data to take over" : "data that no agent made is left alone");
        }

        if (initialise.Adopt)
        {
            mysqld.Adopt();
        }
        else
        {
            mysqld.Initialise();
        }

        mysqld.SetAccess(initialise.Members, []);
        return new EffectResult();
    }
}
