using MySqlHa.Cli;
using MySqlHa.Cluster;
using Xunit;

namespace MySqlHa.Tests.Cli;

public sealed class TextTableTests
{
    [Fact]
    public void To_a_pipe_a_table_goes_as_it_is() => Assert.Equal(
        ["#  NAME  ID    REMARKS", "1  db1   aaaa  its disk is full and its mysqld does not start", "2  db2   bbbb"],
        Table().Lines(null));

    [Fact]
    public void In_a_narrow_terminal_a_long_remark_goes_on_in_its_own_column() => Assert.Equal(
        ["#  NAME  ID    REMARKS", "1  db1   aaaa  its disk is full and its mysqld", "               does not start", "2  db2   bbbb"],
        Table().Lines(48));

    [Fact]
    public void Where_there_is_no_room_beside_the_columns_it_stands_below_them() => Assert.Equal(
        ["#  NAME  ID    REMARKS", "1  db1   aaaa", "    its disk is full and its mysqld", "    does not start", "2  db2   bbbb"],
        Table().Lines(38));

    [Fact]
    public void Columns_that_can_be_missed_go_first() => Assert.Equal(
        [
            "#  NAME", "    REMARKS", "1  db1", "    its disk", "    is full", "    and its", "    mysqld", "    does not",
            "    start", "2  db2",
        ],
        Table().Lines(13));

    [Fact]
    public void A_short_last_column_stays_beside_the_others_as_long_as_columns_can_be_missed_for_it()
    {
        var table = new TextTable("#", "NAME", "ID", "AGENT") { Spare = ["ID"] };
        table.Add("1", "db1", "aaaa", "0.1.0");
        table.Add("", "", "", "and what it says of itself, which is longer");

        Assert.Equal(["#  NAME  ID    AGENT", "1  db1   aaaa  0.1.0", "    and what it says of", "    itself, which is", "    longer"],
            table.Lines(24));
        var brief = new TextTable("#", "NAME", "ID", "AGENT") { Spare = ["ID"] };
        brief.Add("1", "db1", "aaaa", "0.1.0");
        Assert.Equal(["#  NAME  AGENT", "1  db1   0.1.0"], brief.Lines(19));
    }

    [Theory]
    [InlineData("one two three", 7, "one two|three")]
    [InlineData("one two three", 8, "one two|three")]
    [InlineData("wordsthatarelong", 6, "wordst|hatare|long")]
    [InlineData("", 6, "")]
    [InlineData("ab", 0, "a|b")]
    public void Words_are_broken_only_where_a_line_has_no_blank(string text, int width, string lines) =>
        Assert.Equal(lines.Split('|'), PlainText.Wrapped(text, width));

    private static TextTable Table()
    {
        var table = new TextTable("#", "NAME", "ID", "REMARKS") { Spare = ["ID"] };
        table.Add("1", "db1", "aaaa", "its disk is full and its mysqld does not start");
        table.Add("2", "db2", "bbbb", "");
        return table;
    }
}
