namespace MySqlHa.Cli;

/// <summary>How large the terminal is that a person reads.</summary>
internal static class TerminalRoom
{
    /// <summary>What a terminal has that does not know how large it is, as one on a serial line.</summary>
    public static (int Width, int Height) Of(int width, int height) => (width > 0 ? width : 80, height > 0 ? height : 24);

    public static (int Width, int Height) Now() => Of(Console.WindowWidth, Console.WindowHeight);

    /// <summary>Columns; null: a pipe, a file, or a test.</summary>
    public static int? WidthOf(TextWriter output) =>
        ReferenceEquals(output, Console.Out) && !Console.IsOutputRedirected ? Now().Width : null;
}
