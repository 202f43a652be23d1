using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>Waits for a condition, with a deadline that fails the test.</summary>
internal static class Eventually
{
    internal static async Task HoldsAsync(string what, Func<bool> condition, double seconds = 15)
    {
        var since = Stopwatch.GetTimestamp();
        while (!condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
