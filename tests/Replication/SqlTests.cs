using MySqlHa.Replication;
using Xunit;

namespace MySqlHa.Tests.Replication;

public sealed class SqlTests
{
    [Theory]
    [InlineData("it's", @"'it\'s'")]
    [InlineData(@"a\' OR 1", @"'a\\\' OR 1'")]
    [InlineData("two\nlines", @"'two\nlines'")]
    public void A_literal_cannot_be_left_from_within(string text, string literal) => Assert.Equal(literal, Sql.Quoted(text));

    [Fact]
    public void Orders_and_accounts_do_not_print_their_passwords()
    {
        object[] secrets =
        [
            new MysqlAccount("u", "s3cret"), new FollowOrder("h", 1, "u", "s3cret", "b", true, false),
                new CloneOrder("h", 1, "u", "s3cret"),
            new LocalServerAccess("/s", "u", "s3cret"),
                new ClusterAccounts(new("a", "s3cret"), new("b", "s3cret"), new("c", "s3cret"), null),
        ];
        Assert.All(secrets, s => Assert.DoesNotContain("s3cret", $"{s}", StringComparison.Ordinal));
    }

    [Fact]
    public void An_event_keeps_its_definer_when_it_is_enabled() =>
        Assert.Equal("ALTER DEFINER = 'o\\'p'@'%' EVENT `a``b`.`e` ENABLE", Statements.EnableEvent("a`b", "e", "o'p@%"));
}
