using System.Diagnostics;
using Xunit;

namespace MySqlHa.Tests.Ring;

/// <summary>Waits for a condition, with a deadline that fails the test.</summary>
internal static class Eventually
{
    internal static Task HoldsAsync(string what, Func<bool> condition, double seconds = 15) =>
        HoldsAsync(what, () => Task.FromResult(condition()), seconds);

    internal static async Task HoldsAsync(string what, Func<Task<bool>> condition, double seconds = 15)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < seconds, $"not within {seconds} s: {what}");
            await Task.Delay(10);
        }
    }
}
