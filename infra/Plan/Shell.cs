using System.Reflection;
using System.Text;

namespace MySqlHa.Infra.Plan;

/// <summary>
/// Texts for a shell on a machine. A step is one of the scripts beside this file with its variables set in front of it. It goes by
/// standard input, so that the message of a step that fails shows what it said and not all that it is. It is read whole before its
/// first line runs: what it starts could otherwise read the rest of it as input.
/// </summary>
public static class Shell
{
    /// <summary>Runs a step as root, whoever logs in.</summary>
    public const string Runner = $"{AsRoot} bash -s";

    private const string AsRoot =
        "root=; [ \"$(id -u)\" = 0 ] || root='sudo -n'; $root true || "
        + "{ echo \"$(hostname): $(id -un) may not use sudo without a password: set loginUser to one who may\" >&2; exit 1; }; $root";

    /// <summary>What <see cref="Runner"/> is to read.</summary>
    public static string Step(string script, params (string Name, string Value)[] variables)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in variables)
        {
            _ = text.Append(name).Append('=').Append(Quoted(value)).Append('\n');
        }

        return text.Append(Script("common")).Append(Script(script)).Append("main </dev/null\n").ToString();
    }

    /// <summary>A short script as a command of its own, run as root: standard input is left to it.</summary>
    public static string Command(string script, params (string Name, string Value)[] variables) =>
        $"{AsRoot} {string.Join(' ', variables.Select(v => $"{v.Name}={Quoted(v.Value)}").Prepend("env"))} sh -c {Quoted(Script(script))}";

    /// <summary>The script's own text, without variables.</summary>
    public static string Script(string name)
    {
        var resource = $"{typeof(Shell).Namespace}.Scripts.{name}.sh";
        using var stream = typeof(Shell).Assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"there is no script {name}");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    /// <summary>One word of a shell, whatever is in it.</summary>
    public static string Quoted(string value) => $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
