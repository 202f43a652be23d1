namespace MySqlHa.Sandbox;

/// <summary>The ordinary account for applications, as the agent wrote it into client.cnf.</summary>
public sealed record ClientAccount(string User, string Password)
{
    /// <summary>From the first node that has it; null: no agent made it yet.</summary>
    public static ClientAccount? Of(IEnumerable<SandboxNode> nodes, string file = "client.cnf") =>
        nodes.Select(node => Path.Combine(node.DataDirectory, file)).Where(File.Exists)
            .Select(file => Parse(File.ReadAllLines(file))).FirstOrDefault(account => account is not null);

    /// <summary>Reads the [client] group of an option file; null where it has no user or no password.</summary>
    public static ClientAccount? Parse(IEnumerable<string> lines)
    {
        var values = new Dictionary<string, string>();
        var group = "";
        foreach (var line in lines.Select(l => l.Trim()).Where(l => l.Length > 0 && l[0] is not '#' and not ';'))
        {
            if (line.StartsWith('['))
            {
                group = line;
            }
            else if (group == "[client]" && line.IndexOf('=', StringComparison.Ordinal) is > 0 and var at)
            {
                values[line[..at].Trim()] = Unquoted(line[(at + 1)..].Trim());
            }
        }

        return values.TryGetValue("user", out var user) && values.TryGetValue("password", out var password)
            ? new ClientAccount(user, password)
            : null;
    }

    private static string Unquoted(string value) =>
        value.Length >= 2 && value[0] is '"' or '\'' && value[^1] == value[0]
            ? value[1..^1].Replace("\\\"", "\"", StringComparison.Ordinal).Replace("\\\\", "\\", StringComparison.Ordinal)
            : value;
}
