using Xunit;

namespace MySqlHa.Tests.Benchmarks;

/// <summary>What is read of a load generator's words.</summary>
public sealed class LoadResultTests
{
    private const string Said =
        """
        Threads started!

        Latency histogram (values are in milliseconds)
               value  ------------- distribution ------------- count
               0.050 |****************************             40
               0.100 |****************************************  50
               0.500 |                                         9
               9.000 |                                         1

        SQL statistics:
            queries performed:
                read:                            100
                total:                           100
            transactions:                        100 (49.91 per sec.)
            queries:                             100 (50.25 per sec.)

        Latency (ms):
                 avg:                                    0.16
                 99th percentile:                        0.55
        """;

    [Fact]
    public void Rate_and_both_latencies_are_read() => Assert.Equal(new LoadResult(100, 50.25, 0.1, 0.55), LoadResult.Parse(Said));

    [Theory]
    [InlineData("")]
    [InlineData("FATAL: error 1045: Access denied\nFATAL: Thread initialization failed!\n")]
    public void What_did_not_load_anything_is_an_error(string said)
    {
        var refusal = Assert.Throws<FormatException>(() => LoadResult.Parse(said)).Message;
        Assert.StartsWith("sysbench said: ", refusal, StringComparison.Ordinal);
    }
}
