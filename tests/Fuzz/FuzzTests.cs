using System.Globalization;
using MySqlHa.Core;
using MySqlHa.Membership;
using MySqlHa.Tests.Simulation;
using MySqlHa.Tests.Simulation.Scenarios;
using Xunit;
using Xunit.Abstractions;

namespace MySqlHa.Tests.Fuzz;

/// <summary>
/// Readers are given nonsense, made from sense: each takes it or refuses it in its own words, with little memory, and throws nothing
/// else. For longer: <c>FUZZ_RUNS=1000000 FUZZ_SEED=7 ./test Fuzz</c>.
/// </summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    internal static int Runs => Number("FUZZ_RUNS", 10_000);

    internal static int Seed => Number("FUZZ_SEED", 1);

    public static TheoryData<string> Names => [.. FuzzTargets.All.Select(t => t.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public void Nonsense_is_taken_or_refused(string name)
    {
        var broken = FuzzTargets.All.Single(t => t.Name == name).Break(Seed, Runs);
        Assert.True(broken is null, broken);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Sense_is_taken(string name)
    {
        var target = FuzzTargets.All.Single(t => t.Name == name);
        Assert.NotEmpty(target.Samples);
        Assert.All(target.Samples, target.Read);
    }

    [Fact]
    public void A_reader_that_breaks_is_found()
    {
        byte[] sample = [4, 1, 2, 3, 4];
        var trusting = new FuzzTarget("trusting", [sample], bytes => _ = bytes.AsSpan(1, bytes[0]).ToArray(), _ => false);
        Assert.Contains("ArgumentOutOfRange", trusting.Break(Seed, 1_000), StringComparison.Ordinal);
        var greedy = new FuzzTarget("greedy", [sample], bytes => _ = new byte[bytes.Length > 4 ? bytes[4] * 1_000_000 : 0], _ => false);
        Assert.Contains("of memory", greedy.Break(Seed, 1_000), StringComparison.Ordinal);
    }

    /// <summary>
    /// A peer holds the ring's key, so what it says is heard. Of another version, or broken, it may say anything that can be decoded:
    /// no agent ends because of it. What it does to the cluster's promises is another matter: nobody is safe from a member that lies.
    /// </summary>
    [Fact]
    public void No_agent_ends_by_what_a_member_says()
    {
        var changed = 0;
        for (var seed = Seed; seed < Seed + 40 || changed < Runs / 10; seed++)
        {
            var random = new Random(seed);
            var script = new Script(3, seed, mutation: null, verbose: false);
            script.Found();
            script.World.Wire = frame => Garble(frame, random, PeerCodec.Encode, bytes => PeerCodec.Decode(bytes), ref changed);
            script.World.Air = datagram => Garble(datagram, random, GossipCodec.Encode, bytes => GossipCodec.Decode(bytes), ref changed);
            try
            {
                script.For(3);
            }
            catch (ScriptOver)
            {
                // A checker saw what a liar can do.
            }
            catch (InvalidOperationException e) when (e.Message.Contains("is committed here", StringComparison.Ordinal))
            {
                // Two histories: an agent that goes on with either could lose what was promised. It stops, and says so.
            }
            catch (Exception e) when (e is not ScriptStuck)
            {
                Assert.Fail($"seed {seed}: {e}");
            }
        }

        output.WriteLine($"{changed} messages were changed and could be decoded");
    }

    private static T? Garble<T>(T message, Random random, Func<T, byte[]> encode, Func<byte[], T> decode, ref int changed)
        where T : class
    {
        if (random.Next(10) != 0)
        {
            return message;
        }

        var mutator = new Mutator(random.Next(), [encode(message)]);
        for (var attempt = 0; attempt < 20; attempt++)
        {
            try
            {
                var garbled = decode(mutator.Next());
                changed++;
                return garbled;
            }
            catch (FormatException)
            {
                // It would be dropped; another one.
            }
        }

        return null;
    }

    private static int Number(string name, int otherwise) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var n) ? n : otherwise;
}
