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

    [Theory]
    [InlineData("500", "500")]
    [InlineData("2G", "2147483648")]
    [InlineData("16k", "16384")]
    [InlineData("0.25", "0.25")]
    [InlineData("-1", "-1")]
    [InlineData("99999999E", "'99999999E'")] // more than a server can hold
    [InlineData("ON", "'ON'")]
    [InlineData("1; DROP", "'1; DROP'")]
    [InlineData("", "''")]
    public void A_settings_value_is_a_number_where_it_looks_like_one(string value, string literal) =>
        Assert.Equal(literal, MySqlHa.Replication.Settings.Literal(value));

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
