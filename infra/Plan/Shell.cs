using System.Reflection;
using System.Text;

namespace MySqlHa.Infra.Plan;

/// <summary>
/// Texts for a shell on a machine. A step is one of the scripts beside this file with its variables set in front of it. It is read
/// whole before its first line runs (what it starts could otherwise read the rest of it as input), and runs as root.
/// </summary>
public static class Shell
{
    private const string End = "END_OF_STEP";

    /// <summary>A step as the command of a remote shell, whoever logs in there.</summary>
    public static string Step(string script, params (string Name, string Value)[] variables)
    {
        var text = new StringBuilder();
        foreach (var (name, value) in variables)
        {
            _ = text.Append(name).Append('=').Append(Quoted(value)).Append('\n');
        }

        _ = text.Append(Script("common")).Append(Script(script));
        // 'bash -s' reads the step; </dev/null is what everything in it reads.
        return $"""
            root=; [ "$(id -u)" = 0 ] || root='sudo -n'
            $root bash -s <<'{End}'
            {text}main </dev/null
            {End}
            """.ReplaceLineEndings("\n");
    }

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
