using System.CommandLine;

namespace MySqlHa.Cli;

/// <summary>A person is asked before what cannot be taken back, or costs clients something.</summary>
internal static class Confirmation
{
    public static readonly Option<bool> Yes = new("--yes") { Description = "Do not ask" };

    /// <summary>Whether --yes says so, or the person at the terminal types the name.</summary>
    /// <param name="may">For where nobody can be asked: "whether a drill may begin".</param>
    /// <param name="what">Lines that say what will happen.</param>
    /// <param name="whose">"the leader's name".</param>
    public static bool IsGiven(ParseResult parse, string may, IEnumerable<string> what, string whose, string name)
    {
        if (parse.GetValue(Yes))
        {
            return true;
        }

        var error = parse.InvocationConfiguration.Error;
        if (Console.IsInputRedirected)
        {
            error.WriteLine($"mysqlha: refused: nobody can be asked here {may}; --yes says so [not-confirmed]");
            return false;
        }

        foreach (var line in what)
        {
            error.WriteLine(line);
        }

        error.Write($"Type {whose} ({name}) to go on: ");
        if (Console.In.ReadLine()?.Trim() == name)
        {
            return true;
        }

        error.WriteLine("mysqlha: refused: not confirmed; nothing was done [not-confirmed]");
        return false;
    }
}
