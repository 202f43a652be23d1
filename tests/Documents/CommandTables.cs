using System.CommandLine;

namespace MySqlHa.Tests.Documents;

/// <summary>The commands and options that there are, as rows of docs/reference.md.</summary>
internal static class CommandTables
{
    // Nearly every command has these; they are told once.
    private static readonly string[] Common = ["--address", "--token-file", "--ring-key", "--ca", "--plain", "--base-ip"];

    public static IEnumerable<string> Commands(RootCommand root, bool sandbox) =>
        from one in Leaves(root, "mysqlha")
        where sandbox == IsSandbox(one)
        select Reference.Row($"`{Synopsis(one)}`{(AsksNodes(one.Command) ? " …" : "")}", OneLine(one.Command.Description));

    public static IEnumerable<string> Options(RootCommand root, bool sandbox)
    {
        var all =
            from one in Leaves(root, "mysqlha")
            where sandbox == IsSandbox(one)
            from option in one.Command.Options.Where(o => IsTold(o) && !IsCommonOf(one.Command, o))
            select (Name: Named(option), Text: Told(option), Of: Short(one.Path));
        foreach (var one in all.GroupBy(o => (o.Name, o.Text)).OrderBy(g => g.Key.Name, StringComparer.Ordinal))
        {
            var of = one.Select(o => $"`{o.Of}`").Distinct().ToList();
            yield return Reference.Row($"`{one.Key.Name}`", of.Count > 3 ? "several" : string.Join(", ", of), one.Key.Text);
        }
    }

    public static IEnumerable<string> CommonOptions(RootCommand root) =>
        (from one in Leaves(root, "mysqlha")
         where AsksNodes(one.Command)
         from option in one.Command.Options
         where IsCommonOf(one.Command, option)
         select option).Concat(root.Subcommands.SelectMany(c => c.Options.Where(o => o.Recursive && IsTold(o))))
        .Select(o => Reference.Row($"`{Named(o)}`", Told(o))).Distinct().Order(StringComparer.Ordinal);

    private static IEnumerable<(string Path, Command Command)> Leaves(Command command, string path) =>
        command.Subcommands.Count == 0
            ? [(path, command)]
            : command.Subcommands.SelectMany(c => Leaves(c, c.Name == "sandbox" ? "./sandbox" : $"{path} {c.Name}"));

    private static bool IsSandbox((string Path, Command Command) one) => one.Path.StartsWith("./sandbox", StringComparison.Ordinal);

    private static bool AsksNodes(Command command) => command.Options.Any(o => o.Name == "--token-file");

    private static bool IsCommonOf(Command command, Option option) => AsksNodes(command) && Common.Contains(option.Name);

    private static bool IsTold(Option option) => !option.Hidden && option.Name is not ("--help" or "--version");

    private static string Short(string path) => path[(path.IndexOf(' ', StringComparison.Ordinal) + 1)..];

    private static string Synopsis((string Path, Command Command) one)
    {
        var arguments = one.Command.Arguments.Select(a => a.Arity.MinimumNumberOfValues == 0 ? $"[{a.Name}]" : a.Name);
        var options = one.Command.Options.Where(o => IsTold(o) && !IsCommonOf(one.Command, o)).OrderBy(o => !o.Required)
            .Select(o => o.Required ? o.Name + Taken(o) : $"[{o.Name}{Taken(o)}]");
        return string.Join(' ', new[] { one.Path }.Concat(arguments).Concat(options));
    }

    private static string Named(Option option) => string.Join(", ", option.Aliases.Prepend(option.Name).Distinct()) + Taken(option);

    private static string Taken(Option option) =>
        option.ValueType == typeof(bool) ? "" : $" {option.HelpName ?? option.Name.TrimStart('-').ToUpperInvariant()}";

    private static string Told(Option option)
    {
        var text = OneLine(option.Description).TrimEnd('.');
        return option.ValueType != typeof(bool) && option.HasDefaultValue && option.GetDefaultValue() is string { Length: > 0 } value
            ? $"{text}. Default: {value}"
            : text;
    }

    private static string OneLine(string? text) =>
        string.Join(' ', (text ?? "").Split(null as char[], StringSplitOptions.RemoveEmptyEntries));
}
