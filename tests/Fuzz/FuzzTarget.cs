namespace MySqlHa.Tests.Fuzz;

/// <summary>Something that reads bytes from outside.</summary>
/// <param name="Samples">What it reads gladly; all else is made from these.</param>
/// <param name="Read">May throw what <paramref name="Refuses"/> takes for a refusal.</param>
internal sealed record FuzzTarget(string Name, IReadOnlyList<byte[]> Samples, Action<byte[]> Read, Func<Exception, bool> Refuses)
{
    /// <summary>Only every so many-th input is tried: one costs a synced file.</summary>
    public int Slowness { get; init; } = 1;

    /// <summary>Refused, and yet worth to be made nonsense of.</summary>
    public IReadOnlyList<byte[]> BadSamples { get; init; } = [];

    /// <summary>Memory that reading may ask for: so much, and so many times the size of what is read.</summary>
    private const long FreeBytes = 2_000_000;
    private const long BytesPerByte = 2_000;

    /// <summary>Null, or what went wrong with one of so many inputs, and the input.</summary>
    public string? Break(int seed, int runs)
    {
        var mutator = new Mutator(seed, [.. Samples, .. BadSamples]);
        for (var run = 0; run < runs / Slowness; run++)
        {
            var bytes = mutator.Next();
            var before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                Read(bytes);
            }
            catch (Exception e) when (Refuses(e))
            {
            }
            catch (Exception e)
            {
                return $"{Name}, seed {seed}, run {run}: {e}\n{Convert.ToHexString(bytes)}\n{System.Text.Encoding.Latin1.GetString(bytes)}";
            }

            var taken = GC.GetAllocatedBytesForCurrentThread() - before;
            if (taken > FreeBytes + (BytesPerByte * bytes.Length))
            {
                return $"{Name}, seed {seed}, run {run}: {taken} bytes of memory for {bytes.Length}\n{Convert.ToHexString(bytes)}";
            }
        }

        return null;
    }
}
