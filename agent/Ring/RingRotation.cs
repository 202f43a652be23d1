namespace MySqlHa.Ring;

/// <summary>What a pass makes of one node's keys. Pure.</summary>
public static class RingRotation
{
    /// <summary>
    /// The keys behind the step; null where the file is there already, or further. Throws <see cref="RingKeyException"/> with a sentence
    /// where the step before was not done on this file.
    /// </summary>
    public static RingKeys? After(RingKeys now, RingKey next, RotationStep step)
    {
        var known = now.Accepts(next.Fingerprint);
        var used = now.First.Fingerprint == next.Fingerprint;
        var others = now.All.Where(k => k.Fingerprint != next.Fingerprint);
        return step switch
        {
            RotationStep.Accept => known ? null
                : now.All.Length == RingKeys.Most
                    ? throw new RingKeyException($"it holds {RingKeys.Most} keys already, which is as many as it may: finish an earlier rotation first")
                : RingKeys.Of([.. now.All, next]),
            _ when !known => throw new RingKeyException($"it does not accept {next} yet: do --step accept first, on every node"),
            RotationStep.Use => used ? null : RingKeys.Of([next, .. others]),
            _ when !used => throw new RingKeyException($"it does not use {next} yet: do --step use first, on every node"),
            _ => now.All.Length == 1 ? null : RingKeys.Of(next),
        };
    }

    /// <summary>The step that a file with these keys waits for, for people; empty: none.</summary>
    public static string Next(RingKeys now, RingKey next) => now.All.Length == 1
        ? now.First.Fingerprint == next.Fingerprint ? "" : "accept"
        : now.First.Fingerprint == next.Fingerprint ? "finish" : now.Accepts(next.Fingerprint) ? "use" : "accept";
}
