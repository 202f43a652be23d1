using System.Text.RegularExpressions;
using MySqlHa.Cluster;
using MySqlHa.Membership;
using MySqlHa.Tests.House;
using Xunit;

namespace MySqlHa.Tests.Cluster;

public sealed partial class EventCodesTests
{
    /// <summary>As the core's own source tells them: each literal of the first argument of what makes an event.</summary>
    [Fact]
    public void Every_code_of_an_event_is_known_and_none_besides()
    {
        var told =
            from file in Repository.Sources.Where(f => f.StartsWith("agent/Core/", StringComparison.Ordinal))
            from made in Made().Matches(string.Join('\n', Repository.Lines(file)))
            from code in Literal().Matches(made.Groups[1].Value)
            from whole in code.Groups[1].Value == "member-"
                ? Enum.GetNames<MemberStatus>().Select(s => "member-" + s.ToLowerInvariant())
                : [code.Groups[1].Value]
            select whole;

        Assert.Equal(told.Distinct().Order(StringComparer.Ordinal), EventCodes.All.Order(StringComparer.Ordinal));
    }

    [GeneratedRegex(@"_out\.(?:Event|Agreed)\(\s*([^,]*)")]
    private static partial Regex Made();

    [GeneratedRegex("\"([a-z-]+)\"")]
    private static partial Regex Literal();
}
