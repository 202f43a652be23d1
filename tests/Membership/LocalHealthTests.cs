using MySqlHa.Membership;
using Xunit;

namespace MySqlHa.Tests.Membership;

public sealed class LocalHealthTests
{
    [Theory]
    [InlineData("", 0)]
    [InlineData("-", 0)] // not better than well
    [InlineData("+", 1)]
    [InlineData("+++-", 2)]
    [InlineData("++++++++++++", 8)] // not worse than the worst
    [InlineData("++++++++++++-", 7)]
    public void The_score_stays_between_well_and_worst(string signs, int score)
    {
        var health = new LocalHealth(8);
        foreach (var sign in signs)
        {
            if (sign == '+')
            {
                health.Worse(1);
            }
            else
            {
                health.Better();
            }
        }

        Assert.Equal(score, health.Score);
        Assert.Equal(TimeSpan.FromSeconds(score + 1), health.Scaled(TimeSpan.FromSeconds(1)));
    }
}
